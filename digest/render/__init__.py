"""Issue → Mail and page: pure, given the templates."""
