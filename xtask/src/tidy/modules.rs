//! Every Rust file is part of a program.

use super::{Tree, code};
use crate::finding::Finding;

/// Every Rust file beside a `main.rs`, `lib.rs` or `mod.rs`, or in the folder of a module, is declared there.
///
/// A test in a file that nothing declares passes for ever: it is never compiled.
pub(super) fn declared(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter_map(|(path, _)| {
            let (folder, module) = module_of(path)?;
            let parents = parents(tree, &folder);
            let first = parents.first()?;
            let is_declared = parents
                .iter()
                .any(|parent| declares(tree.text(parent).unwrap_or_default(), &module));
            (!is_declared).then(|| {
                let message = format!("nothing compiles this file; declare `mod {module};` in {first}");
                Finding::in_file("modules", path, message)
            })
        })
        .collect()
}

/// Returns the folder whose parent module must declare the file, and the name of its module; `None` for the root of a
/// program.
fn module_of(path: &str) -> Option<(String, String)> {
    let (folder, name) = path.rsplit_once('/')?;
    match name.strip_suffix(".rs")? {
        "main" | "lib" | "build" => None,
        "mod" => {
            let (folder, module) = folder.rsplit_once('/')?;
            Some((folder.to_owned(), module.to_owned()))
        }
        module => Some((folder.to_owned(), module.to_owned())),
    }
}

/// Returns the files that may declare the modules in `folder`.
fn parents(tree: &Tree, folder: &str) -> Vec<String> {
    ["mod.rs", "lib.rs", "main.rs"]
        .into_iter()
        .map(|name| format!("{folder}/{name}"))
        .chain([format!("{folder}.rs")])
        .filter(|path| tree.text(path).is_some())
        .collect()
}

fn declares(text: &str, module: &str) -> bool {
    let words = format!("mod {module}");
    let code = code::blank(text);
    code.match_indices(&words).any(|(at, _)| {
        let rest = &code[at + words.len()..];
        !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            && rest.trim_start().starts_with([';', '{'])
    })
}
