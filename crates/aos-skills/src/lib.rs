//! Built-in skills of AOS.
