"""E-mails, mailboxes and calendars, with their attachments."""
