"""What compiled templates call, and what runs them."""
