//! Scripted skills, fault plans and generators for the tests of promises that cross crates.
