"""Which configurations of conditions go with an outcome among few projects, and how little of it is robust."""
