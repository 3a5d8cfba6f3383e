"""Text with a name: a file, an editor buffer, the code cells of a notebook."""
