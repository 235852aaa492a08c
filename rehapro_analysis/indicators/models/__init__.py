"""The random-intercept model by adaptive quadrature."""
