"""What people see: data in, Block Kit out."""
