//! What neither the compiler's cases nor random layouts reach: bounds to the unit, types that are met twice, and what is told of them.

use layout::{
    compare::{compare, compatible, Change, Difference},
    model::Layout,
    read, report,
};
use serde_json::{json, Value};

/// A layout of these fields, each with its slot, byte and type, and of these types beside `t_word`.
fn of(fields: &[(&str, &str, u8, &str)], types: &Value) -> Result<Layout, String> {
    let storage: Vec<Value> = fields
        .iter()
        .map(|(label, slot, offset, of)| json!({"label": label, "slot": slot, "offset": offset, "type": of}))
        .collect();
    let mut types = types.clone();
    types["t_word"] = value("uint256", "32");
    let text = json!({ "storage": storage, "types": types }).to_string();
    read::text(&text, None).map_err(|why| why.to_string())
}

fn value(label: &str, bytes: &str) -> Value {
    json!({"encoding": "inplace", "label": label, "numberOfBytes": bytes})
}

fn known(fields: &[(&str, &str, u8, &str)], types: &Value) -> Layout {
    of(fields, types).unwrap_or_else(|why| panic!("{why}"))
}

/// What is told of each difference, without the hashes and the conclusion.
fn told(old: &Layout, new: &Layout) -> Vec<String> {
    let text = report::text(old, new, &compare(old, new));
    let verdicts = text
        .lines()
        .filter(|line| line.starts_with("ok ") || line.starts_with("refused "));
    verdicts
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// A struct that stands in a map and by itself: in the map it may grow, and what was found there is not taken for what is found elsewhere.
#[test]
fn a_struct_that_grows_in_a_map_does_not_grow_where_it_stands_by_itself() {
    let with = |members: Value, bytes: &str| {
        json!({
            "t_struct(S)": {"encoding": "inplace", "label": "struct S", "numberOfBytes": bytes, "members": members},
            "t_map": {"encoding": "mapping", "label": "mapping(uint256 => struct S)", "numberOfBytes": "32", "key": "t_word", "value": "t_struct(S)"},
        })
    };
    let member =
        |label: &str, slot: &str| json!({"label": label, "slot": slot, "offset": 0, "type": "t_word"});
    let small = with(json!([member("a", "0")]), "32");
    let large = with(json!([member("a", "0"), member("b", "1")]), "64");
    let (map, own) = (("map", "0", 0, "t_map"), ("own", "1", 0, "t_struct(S)"));
    let appended = "ok map[].b new: uint256 at slot 1 of struct S, behind everything that was there";
    let refused = "refused own.b appended inside: uint256 at slot 1 of struct S; a struct that is not the value of a map cannot grow";
    assert_eq!(told(&known(&[map], &small), &known(&[map], &large)), [appended]);
    let both = [map, own];
    assert_eq!(
        told(&known(&both, &small), &known(&both, &large)),
        [appended, refused]
    );
    let (own, map) = (("own", "0", 0, "t_struct(S)"), ("map", "9", 0, "t_map"));
    let both = [own, map];
    assert_eq!(
        told(&known(&both, &small), &known(&both, &large)),
        [refused, appended]
    );
}

/// Solidity writes a value type by its name alone, whatever is under it.
#[test]
fn a_value_of_the_same_name_and_another_size_is_another() {
    let price = |bytes: &str| {
        known(
            &[("price", "0", 0, "t_price")],
            &json!({ "t_price": value("Price", bytes) }),
        )
    };
    let (old, new) = (price("16"), price("32"));
    assert!(!compatible(&compare(&old, &new)));
    assert_eq!(
        told(&old, &new),
        ["refused price retyped: Price of 16 bytes became Price of 32 bytes"]
    );
    assert_ne!(old.hash(), new.hash());
}

#[test]
fn bytes_and_a_string_are_not_one() {
    let with = |label: &str| {
        let types = json!({"t_b": {"encoding": "bytes", "label": label, "numberOfBytes": "32"}});
        known(&[("name", "0", 0, "t_b")], &types)
    };
    let (old, new) = (with("bytes"), with("string"));
    assert_eq!(told(&old, &new), ["refused name retyped: bytes became string"]);
    assert_ne!(old.hash(), new.hash());
}

/// The members say what a number means, the bytes where the next field may lie: the hash is of both.
#[test]
fn the_hash_of_an_enum_is_of_its_members_and_its_bytes() {
    let with = |members: &[&str], bytes: &str| {
        let types = json!({"t_enum(E)": {"encoding": "inplace", "label": "enum E", "numberOfBytes": bytes, "members": members}});
        known(&[("side", "0", 0, "t_enum(E)")], &types).hash().unwrap()
    };
    let one = with(&["A", "B"], "1");
    assert_eq!(one, with(&["A", "B"], "1"));
    for other in [
        with(&["B", "A"], "1"),
        with(&["A"], "1"),
        with(&["AB"], "1"),
        with(&["A", "B"], "2"),
    ] {
        assert_ne!(one, other);
    }
    // Tag, bytes, and each name behind its length, as `portcullis::layout` says.
    let of_type = alloy_primitives::keccak256(
        [
            &[6][..],
            &[0, 0, 0, 0, 0, 0, 0, 1],
            b"\0\0\0\x01A",
            b"\0\0\0\x01B",
        ]
        .concat(),
    );
    let field = [&[5][..], &[0; 32], &[0], b"\0\0\0\x04side", of_type.as_slice()].concat();
    assert_eq!(one, alloy_primitives::keccak256(field));
}

#[test]
fn a_vector_is_not_a_map_and_not_an_array_in_the_hash_either() {
    let with = |of: Value| {
        let types = json!({"t_x": of, "t_key": value("address", "20")});
        known(&[("held", "0", 0, "t_x")], &types).hash().unwrap()
    };
    let vector =
        with(json!({"encoding": "dynamic_array", "label": "v", "numberOfBytes": "32", "base": "t_word"}));
    let map = with(
        json!({"encoding": "mapping", "label": "v", "numberOfBytes": "32", "key": "t_key", "value": "t_word"}),
    );
    let one =
        with(json!({"encoding": "inplace", "label": "uint256[1]", "numberOfBytes": "32", "base": "t_word"}));
    let word = alloy_primitives::keccak256([&[1][..], &[0, 0, 0, 0, 0, 0, 0, 32], b"uint256"].concat());
    let key = alloy_primitives::keccak256([&[1][..], &[0, 0, 0, 0, 0, 0, 0, 20], b"address"].concat());
    let of = |tag: u8, rest: &[&[u8]]| {
        let of_type = alloy_primitives::keccak256([&[tag], rest.concat().as_slice()].concat());
        alloy_primitives::keccak256(
            [&[5][..], &[0; 32], &[0], b"\0\0\0\x04held", of_type.as_slice()].concat(),
        )
    };
    assert_eq!(map, of(2, &[key.as_slice(), word.as_slice()]));
    assert_eq!(vector, of(3, &[word.as_slice()]));
    assert_eq!(one, of(4, &[&[0, 0, 0, 0, 0, 0, 0, 1], word.as_slice()]));
}

/// Two hundred are listed whole; of more the first two hundred, and that there are more and whether any of these is refused.
#[test]
fn differences_are_listed_up_to_two_hundred() {
    let fields = |count: u32, renamed: bool| {
        let name = if renamed { "new" } else { "old" };
        let names: Vec<(String, String)> = (0..count)
            .map(|number| (format!("{name}{number}"), number.to_string()))
            .collect();
        let fields: Vec<_> = names
            .iter()
            .map(|(label, slot)| (label.as_str(), slot.as_str(), 0, "t_word"))
            .collect();
        known(&fields, &json!({}))
    };
    let differences = |count| compare(&fields(count, false), &fields(count, true));
    let is_more = |difference: &&Difference| matches!(difference.change, Change::More { .. });
    let all = differences(200);
    assert_eq!((all.len(), all.iter().filter(is_more).count()), (200, 0));
    let most = differences(201);
    assert_eq!(most.len(), 201);
    assert_eq!(most.last().unwrap().change, Change::More { accepted: false });
    let told = report::text(&fields(201, false), &fields(201, true), &most);
    assert!(
        told.contains("\nrefused          and more in here, which is not listed\n"),
        "{told}"
    );
    let appended = compare(&fields(0, false), &fields(201, true));
    assert_eq!(appended.last().unwrap().change, Change::More { accepted: true });
    assert!(compatible(&appended));
}

/// A contract and one that it inherits from may each have a field of one name.
#[test]
fn fields_of_one_name_are_told_apart_by_their_places() {
    let twice = |first: &str, second: &str| {
        let fields = [("owner", first, 0, "t_word"), ("owner", second, 0, "t_word")];
        known(&fields, &json!({}))
    };
    let old = twice("0", "1");
    assert_eq!(told(&old, &twice("0", "1")), [""; 0]);
    // The one that moved is the second, and each stands for one alone.
    assert_eq!(
        told(&old, &twice("0", "2")),
        ["refused owner moved from slot 1 to slot 2"]
    );
    assert_eq!(
        told(&old, &twice("1", "2")),
        ["refused owner moved from slot 0 to slot 2"]
    );
    let one = known(&[("owner", "0", 0, "t_word")], &json!({}));
    assert_eq!(
        told(&old, &one),
        ["refused owner deleted: uint256 at slot 1; what it held stays there, for whatever comes next"]
    );
}

#[test]
fn a_field_that_moves_within_its_word_has_moved() {
    let at = |offset| {
        known(
            &[("half", "0", offset, "t_half")],
            &json!({ "t_half": value("uint128", "16") }),
        )
    };
    assert_eq!(
        told(&at(0), &at(16)),
        ["refused half moved from slot 0 to slot 0 byte 16"]
    );
}

#[test]
fn bytes_between_fields_are_taken_to_the_last_and_no_further() {
    let types = json!({"t_half": value("uint128", "16"), "t_byte": value("uint8", "1")});
    let old = known(
        &[
            ("low", "0", 0, "t_byte"),
            ("high", "0", 16, "t_half"),
            ("end", "1", 0, "t_word"),
        ],
        &types,
    );
    let with = |offset| {
        let fields = [
            ("low", "0", 0, "t_byte"),
            ("new", "0", offset, "t_byte"),
            ("high", "0", 16, "t_half"),
            ("end", "1", 0, "t_word"),
        ];
        known(&fields, &types)
    };
    for offset in [1, 15] {
        assert_eq!(
            told(&old, &with(offset)),
            [format!(
                "ok new new: uint8 at slot 0 byte {offset}, in bytes that were nobody's"
            )]
        );
    }
    let wide = known(
        &[
            ("low", "0", 0, "t_byte"),
            ("new", "0", 8, "t_half"),
            ("end", "1", 0, "t_word"),
        ],
        &types,
    );
    let without_high = known(
        &[
            ("low", "0", 0, "t_byte"),
            ("high", "0", 16, "t_half"),
            ("end", "1", 0, "t_word"),
        ],
        &types,
    );
    assert_eq!(
        told(&without_high, &wide),
        [
            "refused high deleted: uint128 at slot 0 byte 16; what it held stays there, for whatever comes next",
            "refused new inserted: uint128 at slot 0 byte 8, on what was there",
        ]
    );
}

/// What is called a gap and is none keeps its bytes; another name is no gap.
#[test]
fn a_gap_is_an_array_of_that_name_and_nothing_else() {
    let types = json!({
        "t_gap": {"encoding": "inplace", "label": "uint256[2]", "numberOfBytes": "64", "base": "t_word"},
        "t_rest": {"encoding": "inplace", "label": "uint256[1]", "numberOfBytes": "32", "base": "t_word"},
    });
    for (name, is_gap) in [
        ("__gap", true),
        ("__gap_bank", true),
        ("__gaps", false),
        ("__reserved", false),
        ("gap", false),
    ] {
        let old = known(&[(name, "0", 0, "t_gap"), ("end", "2", 0, "t_word")], &types);
        let new = known(
            &[
                ("new", "0", 0, "t_word"),
                (name, "1", 0, "t_rest"),
                ("end", "2", 0, "t_word"),
            ],
            &types,
        );
        assert_eq!(compatible(&compare(&old, &new)), is_gap, "{name}");
    }
    let word = known(
        &[("__gap", "0", 0, "t_word"), ("end", "1", 0, "t_word")],
        &json!({}),
    );
    let taken = known(
        &[("new", "0", 0, "t_word"), ("end", "1", 0, "t_word")],
        &json!({}),
    );
    assert_eq!(
        told(&word, &taken),
        ["refused __gap renamed to new at slot 0; keep the name, or the new code means something else by it"]
    );
}

#[test]
fn a_slot_far_out_is_told_in_hexadecimal() {
    let at = |slot: &str| known(&[("far", slot, 0, "t_word")], &json!({}));
    assert_eq!(
        told(&at("4294967295"), &at("4294967296")),
        ["refused far moved from slot 4294967295 to slot 0x100000000"]
    );
}

#[test]
fn numbers_are_digits_and_nothing_else() {
    let at = |slot: &str| of(&[("a", slot, 0, "t_word")], &json!({}));
    for slot in ["12", "0xc", "0xC"] {
        assert_eq!(at(slot).unwrap().hash(), at("12").unwrap().hash(), "{slot}");
    }
    for slot in ["", "0x", "1_0", "+1", "-1", " 1", "1.0", "0X1", "c"] {
        let why = at(slot).unwrap_err();
        assert!(
            why.ends_with(&format!("lies at slot {slot:?}, which is no number")),
            "{why}"
        );
    }
    let beyond = format!("0x1{}", "0".repeat(64));
    assert!(at(&beyond).unwrap_err().contains("which is no number"));
}

#[test]
fn types_are_nested_two_hundred_deep_and_no_deeper() {
    let deep = |depth: usize| {
        let mut types = json!({});
        for level in 1..depth {
            let base = if level == 1 {
                "t_word".to_owned()
            } else {
                format!("t_{}", level - 1)
            };
            types[format!("t_{level}")] =
                json!({"encoding": "dynamic_array", "label": "v", "numberOfBytes": "32", "base": base});
        }
        of(&[("a", "0", 0, &format!("t_{}", depth - 1))], &types)
    };
    assert!(deep(200).is_ok());
    assert_eq!(deep(201).unwrap_err(), "its types are nested deeper than 200");
}

#[test]
fn what_is_larger_than_storage_is_refused_and_what_is_empty_takes_a_word() {
    let array = |count: &str, base: &str, bytes: &str| json!({"encoding": "inplace", "label": format!("t[{count}]"), "numberOfBytes": bytes, "base": base});
    // 2^64 - 1 of 2^64 - 1 of 2^64 - 1 of 2^64 - 1 words, and then 2^10 of them.
    let most = alloy_primitives::U512::from(u64::MAX);
    let word = alloy_primitives::U512::from(32);
    let (two, three, four) = (
        most * most * word,
        most * most * most * word,
        most * most * most * most * word,
    );
    let types = |last: &str, bytes: alloy_primitives::U512| {
        json!({
            "t_one": array("18446744073709551615", "t_word", &(most * word).to_string()),
            "t_two": array("18446744073709551615", "t_one", &two.to_string()),
            "t_three": array("18446744073709551615", "t_two", &three.to_string()),
            "t_four": array(last, "t_three", &bytes.to_string()),
        })
    };
    assert!(of(&[("a", "0", 0, "t_four")], &types("18446744073709551615", four)).is_ok());
    let five = json!(array(
        "1024",
        "t_four",
        &(four * alloy_primitives::U512::from(1_024)).to_string()
    ));
    let mut beyond = types("18446744073709551615", four);
    beyond["t_five"] = five;
    assert_eq!(
        of(&[("a", "0", 0, "t_five")], &beyond).unwrap_err(),
        "the type t_five does not fit into a contract's storage"
    );
    let none = json!({
        "t_pair": array("2", "t_word", "64"),
        "t_none": array("0", "t_pair", "32"),
        "t_struct(E)": {"encoding": "inplace", "label": "struct E", "numberOfBytes": "32", "members": []},
    });
    assert!(of(
        &[
            ("a", "0", 0, "t_none"),
            ("b", "1", 0, "t_struct(E)"),
            ("c", "2", 0, "t_word")
        ],
        &none
    )
    .is_ok());
}

#[test]
fn what_makes_no_difference_in_storage_makes_none_in_the_layout() {
    let with = |id: &str, label: &str, bytes: &str| {
        let types = json!({ id: value(label, bytes) });
        known(&[("who", "0", 0, id)], &types).hash().unwrap()
    };
    let account = with("t_address", "address", "20");
    assert_eq!(account, with("t_address_payable", "address payable", "20"));
    assert_eq!(account, with("t_contract(IERC20)17", "contract IERC20", "20"));
    assert_eq!(
        with("t_userDefinedValueType(Price)3", "Bank.Price", "16"),
        with("t_userDefinedValueType(Price)9", "Vault.Price", "16")
    );
    assert_ne!(account, with("t_bytes20", "bytes20", "20"));
}

#[test]
fn the_length_of_an_array_is_its_outermost() {
    let types = json!({
        "t_two": {"encoding": "inplace", "label": "uint256[2]", "numberOfBytes": "64", "base": "t_word"},
        "t_three": {"encoding": "inplace", "label": "uint256[2][3]", "numberOfBytes": "192", "base": "t_two"},
    });
    assert!(of(&[("a", "0", 0, "t_three")], &types).is_ok());
}

/// Each with its own hash, so that nobody takes one for the other.
#[test]
fn both_layouts_are_named_with_their_own_hashes() {
    let (mut old, mut new) = (
        known(&[("a", "0", 0, "t_word")], &json!({})),
        known(&[("a", "0", 0, "t_word"), ("b", "1", 0, "t_word")], &json!({})),
    );
    "Bank".clone_into(&mut old.contract);
    "Vault".clone_into(&mut new.contract);
    let text = report::text(&old, &new, &compare(&old, &new));
    let heads: Vec<&str> = text.lines().take(2).collect();
    assert_eq!(
        heads,
        [
            format!("old  Bank  {}", old.hash().unwrap()),
            format!("new  Vault  {}", new.hash().unwrap())
        ]
    );
}
