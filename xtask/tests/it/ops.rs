//! What `setup-ops` would install.

use std::{fs, path::Path};

use xtask::ops::missing;

#[track_caller]
fn check(present: &[&str], expect: &[&str]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("ops-{}", present.join("-")));
    fs::create_dir_all(&folder).unwrap();
    for name in present {
        fs::write(folder.join(name), "").unwrap();
    }
    assert_eq!(missing(folder.as_os_str()), expect, "{present:?}");
}

#[test]
fn a_package_is_missing_when_one_of_its_programs_is() {
    check(&[], &["prometheus", "prometheus-alertmanager"]);
    check(&["prometheus"], &["prometheus", "prometheus-alertmanager"]);
    check(&["prometheus", "promtool", "alertmanager", "amtool"], &[]);
    check(
        &["prometheus", "promtool", "prometheus-alertmanager"],
        &["prometheus-alertmanager"],
    );
}
