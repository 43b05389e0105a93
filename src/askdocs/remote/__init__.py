"""An index that another askdocs process serves, used like a local one."""
