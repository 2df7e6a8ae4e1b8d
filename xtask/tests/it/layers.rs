//! The graph of packages is the one in the table, and any other is refused.

use xtask::{
    layers::{self, LAYERS, Layer, Uses},
    workspace::{Dependency, Kind, Package, Workspace, root},
};

const TABLE: &[Layer] = &[
    Layer {
        package: "aos-spec",
        uses: Uses::Only(&[]),
        tests_with: &[],
    },
    Layer {
        package: "aos-policy",
        uses: Uses::Only(&["aos-spec"]),
        tests_with: &[],
    },
    Layer {
        package: "aos-golden",
        uses: Uses::Only(&["aos-spec"]),
        tests_with: &["aos-policy"],
    },
    Layer {
        package: "aos-cli",
        uses: Uses::AllProducts,
        tests_with: &[],
    },
    Layer {
        package: "aos-testkit",
        uses: Uses::AllProducts,
        tests_with: &[],
    },
    Layer {
        package: "xtask",
        uses: Uses::Only(&[]),
        tests_with: &[],
    },
];

/// The edges that [`TABLE`] asks for.
const NEEDED: &[(&str, &str, Kind)] = &[
    ("aos-policy", "aos-spec", Kind::Normal),
    ("aos-golden", "aos-spec", Kind::Normal),
    ("aos-golden", "aos-policy", Kind::Dev),
];

fn workspace(edges: &[(&str, &str, Kind)]) -> Workspace {
    let names = TABLE.iter().map(|layer| layer.package);
    let packages = names.map(|name| Package {
        name: name.to_owned(),
        manifest: format!("crates/{name}/Cargo.toml"),
        is_published: true,
        has_library: true,
        benches: Vec::new(),
        features: Vec::new(),
        has_default: false,
        dependencies: edges
            .iter()
            .filter(|(from, ..)| *from == name)
            .map(|(_, to, kind)| Dependency {
                name: (*to).to_owned(),
                kind: *kind,
            })
            .collect(),
    });
    Workspace {
        packages: packages.collect(),
    }
}

/// Checks that with one edge more than needed the findings contain `expect`; `None` when there is nothing to find.
#[track_caller]
fn check(edge: (&str, &str, Kind), expect: Option<&str>) {
    let findings = layers::check(&workspace(&[NEEDED, &[edge]].concat()), TABLE);
    let texts: Vec<_> = findings.iter().map(ToString::to_string).collect();
    match expect {
        None => assert!(texts.is_empty(), "{texts:?}"),
        Some(expect) => assert!(texts.len() == 1 && texts[0].contains(expect), "{texts:?}"),
    }
}

#[test]
fn this_workspace_keeps_its_layers() {
    let findings = layers::check(&Workspace::load(&root()).unwrap(), LAYERS);
    assert!(findings.is_empty(), "{findings:#?}");
}

#[test]
fn an_edge_between_siblings_is_refused_in_every_table_of_the_manifest() {
    let expect = Some("packages meet through the ports of `aos-spec`");
    check(("aos-policy", "aos-golden", Kind::Normal), expect);
    check(("aos-policy", "aos-golden", Kind::Dev), expect);
    check(("aos-golden", "aos-policy", Kind::Normal), expect);
    check(("aos-spec", "aos-policy", Kind::Normal), expect);
    check(("aos-policy", "aos-cli", Kind::Normal), expect);
    check(
        ("aos-policy", "aos-spec", Kind::Build),
        Some("`aos-policy` names `aos-spec` in its build-dependencies"),
    );
}

#[test]
fn only_the_command_line_and_the_testkit_see_all_products() {
    check(("aos-cli", "aos-golden", Kind::Normal), None);
    check(("aos-testkit", "aos-cli", Kind::Normal), None);
    check(("aos-testkit", "aos-golden", Kind::Dev), None);
    check(("aos-cli", "xtask", Kind::Normal), Some("nothing may use it"));
    check(("aos-testkit", "xtask", Kind::Dev), Some("nothing may use it"));
    check(
        ("xtask", "aos-golden", Kind::Normal),
        Some("`xtask` names `aos-golden`"),
    );
}

#[test]
fn the_testkit_is_for_tests_only() {
    check(("aos-policy", "aos-testkit", Kind::Dev), None);
    let expect = Some("only dev-dependencies may name it");
    check(("aos-policy", "aos-testkit", Kind::Normal), expect);
    check(("aos-cli", "aos-testkit", Kind::Normal), expect);
}

#[test]
fn a_row_that_is_not_needed_is_refused() {
    let findings = layers::check(&workspace(&NEEDED[1..]), TABLE);
    assert_eq!(
        findings[0].message,
        "the row of `aos-policy` allows `aos-spec`, which is not in its dependencies; remove it"
    );
    let findings = layers::check(&workspace(&NEEDED[..2]), TABLE);
    assert_eq!(
        findings[0].message,
        "the row of `aos-golden` allows `aos-policy`, which is not in its dev-dependencies; remove it"
    );
}

#[test]
fn every_package_has_a_row_and_every_row_a_package() {
    let mut less = workspace(NEEDED);
    less.packages.retain(|package| package.name != "xtask");
    let findings = layers::check(&less, TABLE);
    assert_eq!(
        findings[0].message,
        "no package is called `xtask`; remove its row"
    );

    let findings = layers::check(&workspace(NEEDED), &TABLE[..TABLE.len() - 1]);
    assert_eq!(
        findings[0].message,
        "`xtask` has no row in the layer table; add one to xtask/src/layers.rs"
    );
}
