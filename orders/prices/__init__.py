"""What was realised of the list prices."""
