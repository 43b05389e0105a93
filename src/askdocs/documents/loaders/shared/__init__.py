"""What loaders of several formats share: the builder, decoding, archives, superscripts."""
