"""What one sees while ganrun works: live displays on a terminal, plain lines elsewhere."""
