//! The rules of this repository, and for each of them a repository that breaks it.

#![cfg(test)]

mod args;
mod bench;
mod command;
mod layers;
mod pick_one;
mod tidy;
mod transcript;
