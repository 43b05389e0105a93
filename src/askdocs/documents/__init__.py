"""From a folder to passages: the scan, the loaders of each format, the passages."""
