"""Results as JSON records, with the keys that `--json` prints."""
