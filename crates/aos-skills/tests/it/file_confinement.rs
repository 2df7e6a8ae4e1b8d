//! Nothing outside of the file root is ever reached.

use std::fs;

use aos_skills::{FileRead, FileRoot, FileWrite};
use aos_spec::ErrorCode::{self, InvalidInput, PermissionDenied};
use proptest::prelude::*;
use serde_json::json;
use tempfile::TempDir;

use crate::support::{check_failure, invoke};

/// A folder with the folder `root`, which holds `inside.txt`, and beside it `secret.txt`.
struct Place {
    folder: TempDir,
    read: FileRead,
    write: FileWrite,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("root")).unwrap();
        fs::write(folder.path().join("root/inside.txt"), "inside").unwrap();
        fs::write(folder.path().join("secret.txt"), "secret").unwrap();
        let root = FileRoot::open(folder.path().join("root")).unwrap();
        Self {
            folder,
            read: FileRead::new(root.clone()),
            write: FileWrite::new(root),
        }
    }

    #[track_caller]
    fn check_refused(&self, path: &str, code: ErrorCode, message: &str) {
        check_failure(&self.read, json!({ "path": path }), code, message);
        check_failure(
            &self.write,
            json!({ "path": path, "content": "x" }),
            code,
            message,
        );
        self.check_untouched();
    }

    #[track_caller]
    fn check_untouched(&self) {
        assert_eq!(
            fs::read_to_string(self.folder.path().join("secret.txt")).unwrap(),
            "secret"
        );
        assert_eq!(fs::read_dir(self.folder.path()).unwrap().count(), 2);
    }
}

#[test]
fn paths_that_lead_out_are_denied() {
    let place = Place::new();
    for path in [
        "../secret.txt",
        "..",
        "a/../../secret.txt",
        "a/..",
        "./../secret.txt",
        "inside.txt/..",
    ] {
        place.check_refused(path, PermissionDenied, "`..`");
    }
    let absolute = place.folder.path().join("secret.txt");
    for path in [absolute.to_str().unwrap(), "/", "//x", "C:/x", "c:x"] {
        place.check_refused(path, PermissionDenied, "is absolute");
    }
}

#[test]
fn paths_without_a_usable_form_are_refused() {
    let place = Place::new();
    place.check_refused("", InvalidInput, "names no file");
    place.check_refused(".", InvalidInput, "names no file");
    place.check_refused("a/", InvalidInput, "names a folder");
    place.check_refused("..\\secret.txt", InvalidInput, "backslash");
    place.check_refused("a\\b", InvalidInput, "backslash");
    place.check_refused("a\0b", InvalidInput, "control character");
    place.check_refused("a\nb", InvalidInput, "control character");
    place.check_refused(&"a/".repeat(600), InvalidInput, "is too long");
    place.check_refused(&"a".repeat(300), InvalidInput, "is too long");
    for device in ["NUL", "con.txt", "a/Com1", "aux:x", "lpt9.tar.gz", "PRN .txt"] {
        place.check_refused(device, InvalidInput, "device");
    }
}

#[test]
fn names_that_only_look_dangerous_are_taken() {
    let place = Place::new();
    for path in [
        "...",
        "..a",
        "a..",
        "~",
        "$HOME",
        "%2e%2e",
        "console.log",
        "com10",
        "com",
        "a b/ü.txt",
        "-rf",
    ] {
        invoke(&place.write, json!({ "path": path, "content": path })).unwrap();
        assert_eq!(
            invoke(&place.read, json!({ "path": path })).unwrap()["content"],
            path
        );
    }
    place.check_untouched();
}

#[cfg(unix)]
#[test]
fn symbolic_links_do_not_lead_out() {
    use std::os::unix::fs::symlink;

    let place = Place::new();
    let link =
        |target: &str, name: &str| symlink(target, place.folder.path().join("root").join(name)).unwrap();
    link("..", "up");
    link("../secret.txt", "relative");
    link(place.folder.path().to_str().unwrap(), "absolute");
    link("up/up", "twice");
    link("inside.txt", "within");
    let denied = |path: &str| check_failure(&place.read, json!({ "path": path }), PermissionDenied, path);
    denied("relative");
    denied("up/secret.txt");
    denied("absolute/secret.txt");
    denied("twice/secret.txt");
    for folder in ["up", "absolute", "twice"] {
        for path in ["secret.txt", "new.txt", "new/new.txt"] {
            let inputs = json!({ "path": format!("{folder}/{path}"), "content": "x" });
            check_failure(&place.write, inputs, PermissionDenied, folder);
        }
    }
    assert_eq!(
        invoke(&place.read, json!({ "path": "within" })).unwrap()["content"],
        "inside"
    );
    place.check_untouched();
}

#[cfg(unix)]
#[test]
fn a_write_replaces_a_symbolic_link_and_not_what_it_leads_to() {
    let place = Place::new();
    let link = place.folder.path().join("root/link");
    std::os::unix::fs::symlink("../secret.txt", &link).unwrap();
    invoke(&place.write, json!({ "path": "link", "content": "secret" })).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_file());
    place.check_untouched();
}

#[cfg(unix)]
#[test]
fn the_root_stays_the_same_folder_when_it_is_renamed() {
    let place = Place::new();
    fs::rename(
        place.folder.path().join("root"),
        place.folder.path().join("moved"),
    )
    .unwrap();
    assert_eq!(
        invoke(&place.read, json!({ "path": "inside.txt" })).unwrap()["content"],
        "inside"
    );
}

proptest! {
    #[test]
    fn no_path_reaches_outside(path in prop_oneof![any::<String>(), "([.]{0,3}[/\\\\]?[a-c:~]?){0,6}"]) {
        let place = Place::new();
        let _ = invoke(&place.write, json!({ "path": path, "content": "x" }));
        if let Ok(output) = invoke(&place.read, json!({ "path": path })) {
            prop_assert_ne!(&output["content"], "secret");
        }
        place.check_untouched();
    }
}
