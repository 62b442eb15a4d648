"""One page of a downloaded period, for a therapist: numbers (model), their wording (view), PDF and HTML."""
