//! The HTTP surface, asked from outside.

mod smoke;
