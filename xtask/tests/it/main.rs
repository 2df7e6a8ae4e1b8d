//! The rules of this repository, and for each of them a repository that breaks it.

#![cfg(test)]

mod args;
mod bench;
mod ci;
mod command;
mod layers;
mod ops;
mod pick_one;
mod sandbox_score;
mod tidy;
mod transcript;
