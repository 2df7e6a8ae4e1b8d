//! What the policy promises to those who use it alone.
