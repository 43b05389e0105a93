"""Files, child processes, networks and other services that are close to the operating system."""
