//! What a contract says of its storage, against what the SDK does with it.

// What only its layout is looked at is not read.
#![allow(missing_docs, dead_code)]

extern crate alloc;

use alloy_primitives::{keccak256, Address, FixedBytes, B256, I64, U128, U256, U64, U8};
use core::marker::PhantomData;
use portcullis::{
    authority::Authority,
    deferral_queue::DeferralQueue,
    layout::{self, Hash, KeyLayout, Kind, StorageLayout, Type},
};
use std::collections::BTreeSet;
use stylus_sdk::{prelude::*, storage::*, testing::TestVM};

#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Inner {
    x: StorageU256,
    y: StorageBool,
    z: StorageU8,
}

#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Nothing {}

/// Every way in which the SDK places a field, next to every other.
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Packed {
    a: StorageU8,
    b: StorageBool,
    c: StorageU128,
    d: StorageU128,
    e: StorageAddress,
    f: StorageU64,
    g: StorageFixedBytes<4>,
    h: StorageMap<Address, StorageU256>,
    i: StorageBool,
    j: StorageArray<StorageU64, 5>,
    k: StorageBool,
    l: Inner,
    m: StorageBool,
    n: StorageVec<StorageU256>,
    o: StorageString,
    p: StorageSigned<64, 1>,
    nothing: Nothing,
    q: StorageBytes,
    r: StorageArray<Inner, 2>,
    s: StorageBlockNumber,
    t: StorageBlockHash,
    r#type: StorageB256,
    u: StorageMap<U256, Inner>,
}

/// Bytes of a contract's first forty slots that a change of it changed: the slot and the distance from the low end.
fn changed(change: fn(&mut Packed)) -> BTreeSet<(u64, u8)> {
    let vm = TestVM::new();
    let mut packed = Packed::from(&vm);
    change(&mut packed);
    (0..40)
        .flat_map(|slot| {
            let word = vm.get_storage(U256::from(slot));
            (0..32)
                .filter(move |offset| word[31 - usize::from(*offset)] != 0)
                .map(move |offset| (slot, offset))
        })
        .collect()
}

/// The slot, the offset and the type of a field by its path.
fn place(of: &Type, path: &str) -> (u64, u8, Type) {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let Kind::Struct(entries) = &of.kind else {
        panic!("{} has no fields", of.label);
    };
    let entry = entries
        .iter()
        .find(|entry| entry.label == first)
        .unwrap_or_else(|| panic!("{first} is not listed"));
    if rest.is_empty() {
        return (entry.slot, entry.offset, entry.of.clone());
    }
    let (slot, offset, leaf) = place(&entry.of, rest);
    (entry.slot + slot, offset, leaf)
}

#[test]
fn every_field_lies_where_its_description_says() {
    const FULL: FixedBytes<4> = FixedBytes::repeat_byte(0xff);
    type Case = (&'static str, fn(&mut Packed));
    let cases: [Case; 17] = [
        ("a", |s| s.a.set(U8::MAX)),
        ("b", |s| s.b.set(true)),
        ("c", |s| s.c.set(U128::MAX)),
        ("d", |s| s.d.set(U128::MAX)),
        ("e", |s| s.e.set(Address::repeat_byte(0xff))),
        ("f", |s| s.f.set(U64::MAX)),
        ("g", |s| s.g.set(FULL)),
        ("i", |s| s.i.set(true)),
        ("k", |s| s.k.set(true)),
        ("l.x", |s| s.l.x.set(U256::MAX)),
        ("l.y", |s| s.l.y.set(true)),
        ("l.z", |s| s.l.z.set(U8::MAX)),
        ("m", |s| s.m.set(true)),
        ("p", |s| s.p.set(I64::MINUS_ONE)),
        ("s", |s| s.s.set(u64::MAX)),
        ("t", |s| s.t.set(B256::repeat_byte(0xff))),
        ("type", |s| s.r#type.set(B256::repeat_byte(0xff))),
    ];
    let described = Packed::describe();
    for (path, change) in cases {
        let (slot, offset, of) = place(&described, path);
        let expected: BTreeSet<_> = (offset..offset + u8::try_from(of.bytes).unwrap())
            .map(|offset| (slot, offset))
            .collect();
        assert_eq!(changed(change), expected, "{path}");
    }
}

#[test]
fn what_is_found_by_a_hash_begins_at_the_slot_that_is_said() {
    let described = Packed::describe();
    let vm = TestVM::new();
    let mut packed = Packed::from(&vm);
    let slot = |path| U256::from(place(&described, path).0);
    let word = |slot: U256| U256::from_be_bytes(vm.get_storage(slot).0);

    packed.h.insert(Address::repeat_byte(7), U256::from(11));
    let key = Address::repeat_byte(7).into_word();
    let entry = keccak256([key.0, slot("h").to_be_bytes()].concat());
    assert_eq!(word(entry.into()), U256::from(11));

    // The second field of a map's struct lies a slot after its first.
    packed.u.setter(U256::from(5)).y.set(true);
    let entry = keccak256([[0; 31].as_slice(), &[5], &slot("u").to_be_bytes::<32>()].concat());
    assert_eq!(word(U256::from_be_bytes(entry.0) + U256::ONE), U256::ONE);

    packed.n.push(U256::from(12));
    assert_eq!(word(slot("n")), U256::ONE);
    assert_eq!(
        word(keccak256(slot("n").to_be_bytes::<32>()).into()),
        U256::from(12)
    );

    packed.o.set_str("ab");
    assert_eq!(vm.get_storage(slot("o"))[..2], *b"ab");
    packed.q.set_bytes([1, 2]);
    assert_eq!(vm.get_storage(slot("q"))[..2], [1, 2]);

    // Elements of an array pack, and those that are structs take their slots each.
    packed.j.setter(4).unwrap().set(U64::MAX);
    assert_eq!(
        word(slot("j") + U256::ONE),
        U256::from(u64::MAX),
        "four of eight bytes fill a word"
    );
    packed.r.setter(1).unwrap().y.set(true);
    assert_eq!(word(slot("r") + U256::from(3)), U256::ONE);
}

#[test]
fn every_field_is_listed_once_and_in_order() {
    let Kind::Struct(entries) = Packed::describe().kind else {
        panic!("it is a struct");
    };
    let listed: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry.label,
                entry.slot,
                entry.offset,
                entry.of.bytes,
                entry.of.label.as_str(),
            )
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("a", 0, 0, 1, "uint8"),
            ("b", 0, 1, 1, "bool"),
            ("c", 0, 2, 16, "uint128"),
            ("d", 1, 0, 16, "uint128"),
            ("e", 2, 0, 20, "address"),
            ("f", 2, 20, 8, "uint64"),
            ("g", 2, 28, 4, "bytes4"),
            ("h", 3, 0, 32, "mapping(address => uint256)"),
            ("i", 4, 0, 1, "bool"),
            ("j", 5, 0, 64, "uint64[5]"),
            ("k", 7, 0, 1, "bool"),
            ("l", 8, 0, 64, "struct Inner"),
            ("m", 10, 0, 1, "bool"),
            ("n", 11, 0, 32, "uint256[]"),
            ("o", 12, 0, 32, "string"),
            ("p", 13, 0, 8, "int64"),
            ("nothing", 14, 0, 32, "struct Nothing"),
            ("q", 15, 0, 32, "bytes"),
            ("r", 16, 0, 128, "struct Inner[2]"),
            ("s", 20, 0, 8, "uint64"),
            ("t", 21, 0, 32, "bytes32"),
            ("type", 22, 0, 32, "bytes32"),
            ("u", 23, 0, 32, "mapping(uint256 => struct Inner)"),
        ]
    );
    assert_eq!(Packed::REQUIRED_SLOTS, 24);
}

/// A value's hash, written out.
fn value(label: &str, bytes: u64) -> B256 {
    keccak256([&[1], bytes.to_be_bytes().as_slice(), label.as_bytes()].concat())
}

/// A struct's hash of its fields' slot, offset, name and type.
fn structure(fields: &[(u64, u8, &str, B256)]) -> Hash {
    let mut data = vec![5];
    for (slot, offset, name, of) in fields {
        data.extend([0; 24]);
        data.extend(slot.to_be_bytes());
        data.push(*offset);
        data.extend(u32::try_from(name.len()).unwrap().to_be_bytes());
        data.extend(name.bytes());
        data.extend(of);
    }
    keccak256(data).0
}

#[test]
fn the_hash_is_made_as_the_module_says() {
    let inner = [
        (0, 0, "x", value("uint256", 32)),
        (1, 0, "y", value("bool", 1)),
        (1, 1, "z", value("uint8", 1)),
    ];
    assert_eq!(Inner::HASH, structure(&inner));
    assert_eq!(Nothing::HASH, structure(&[]));

    let of = |bytes: Hash| B256::new(bytes);
    assert_eq!(of(StorageAddress::HASH), value("address", 20));
    assert_eq!(of(StorageString::HASH), value("string", 32));
    assert_eq!(of(StorageBytes::HASH), value("bytes", 32));
    assert_eq!(of(StorageFixedBytes::<7>::HASH), value("bytes7", 7));
    assert_eq!(of(StorageI128::HASH), value("int128", 16));
    assert_eq!(of(StorageU96::HASH), value("uint96", 12));

    let mapping = [
        [2].as_slice(),
        value("address", 20).as_slice(),
        value("bool", 1).as_slice(),
    ]
    .concat();
    assert_eq!(of(<StorageMap<Address, StorageBool>>::HASH), keccak256(mapping));
    let vector = [[3].as_slice(), value("bool", 1).as_slice()].concat();
    assert_eq!(of(<StorageVec<StorageBool>>::HASH), keccak256(vector));
    let array = [
        [4].as_slice(),
        &[0, 0, 0, 0, 0, 0, 1, 2],
        value("bool", 1).as_slice(),
    ]
    .concat();
    assert_eq!(of(<StorageArray<StorageBool, 258>>::HASH), keccak256(array));
}

#[test]
fn keys_are_named_by_what_their_word_is_made_of() {
    fn key<K: KeyLayout>() -> (String, Hash) {
        (K::describe().label, K::HASH)
    }
    let named = |label: &str, bytes| (label.to_string(), value(label, bytes).0);
    assert_eq!(key::<U256>(), named("uint256", 32));
    assert_eq!(key::<I64>(), named("int64", 8));
    assert_eq!(key::<B256>(), named("bytes32", 32));
    assert_eq!(key::<Address>(), named("address", 20));
    assert_eq!(key::<bool>(), named("bool", 1));
    assert_eq!(key::<u16>(), named("uint16", 2));
    assert_eq!(key::<i32>(), named("int32", 4));
    assert_eq!(key::<u64>(), named("uint64", 8));
    assert_eq!(key::<i128>(), named("int128", 16));
    assert_eq!(key::<usize>(), named("uint32", 4));
    assert_eq!(key::<String>(), named("string", 32));
    assert_eq!(key::<&str>(), named("string", 32));
    assert_eq!(key::<Vec<u8>>(), named("bytes", 32));
}

/// Each differs from `Inner` in one thing.
mod others {
    use super::*;

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct Renamed {
        x: StorageU256,
        why: StorageBool,
        z: StorageU8,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct Retyped {
        x: StorageU256,
        y: StorageU8,
        z: StorageU8,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct Resized {
        x: StorageU128,
        y: StorageBool,
        z: StorageU8,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct Reordered {
        x: StorageU256,
        z: StorageU8,
        y: StorageBool,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct Shortened {
        x: StorageU256,
        y: StorageBool,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct Lengthened {
        x: StorageU256,
        y: StorageBool,
        z: StorageU8,
        w: StorageU8,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct Joined {
        xy: StorageU256,
        z: StorageBool,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct ByAnotherName {
        x: StorageU256,
        y: StorageBool,
        z: StorageU8,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct InMap {
        x: StorageMap<U256, StorageU256>,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct InMapByAnother {
        x: StorageMap<B256, StorageU256>,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct InVector {
        x: StorageVec<StorageU256>,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct InOne {
        x: StorageArray<StorageU256, 1>,
    }

    #[storage]
    #[derive(portcullis::StorageLayout)]
    pub struct InTwo {
        x: StorageArray<StorageU256, 2>,
    }
}

#[test]
fn the_hash_changes_with_every_part_of_a_layout_and_with_nothing_else() {
    use others::*;
    let hashes = [
        Inner::HASH,
        Renamed::HASH,
        Retyped::HASH,
        Resized::HASH,
        Reordered::HASH,
        Shortened::HASH,
        Lengthened::HASH,
        Joined::HASH,
        InMap::HASH,
        InMapByAnother::HASH,
        InVector::HASH,
        InOne::HASH,
        InTwo::HASH,
    ];
    assert_eq!(BTreeSet::from(hashes).len(), hashes.len());
    assert_eq!(ByAnotherName::HASH, Inner::HASH);
}

/// The derive above `#[storage]`, a type parameter, and a field that takes no bytes.
#[derive(portcullis::StorageLayout)]
#[storage]
pub struct Of<T: StorageType> {
    mark: PhantomData<T>,
    first: StorageBool,
    then: T,
}

#[test]
fn a_struct_of_any_type_lists_what_takes_bytes() {
    let expected = [
        (0, 0, "first", value("bool", 1)),
        (1, 0, "then", B256::new(Inner::HASH)),
    ];
    assert_eq!(<Of<Inner>>::HASH, structure(&expected));
    let Kind::Struct(entries) = <Of<StorageU8>>::describe().kind else {
        panic!("it is a struct");
    };
    let labels: Vec<_> = entries.iter().map(|entry| (entry.label, entry.offset)).collect();
    assert_eq!(labels, [("first", 0), ("then", 1)]);
}

/// A storage type of a protocol's own: a word of two numbers.
pub struct Pair {
    slot: U256,
}

impl StorageType for Pair {
    type Wraps<'a>
        = U256
    where
        Self: 'a;
    type WrapsMut<'a>
        = U256
    where
        Self: 'a;

    unsafe fn new(slot: U256, _offset: u8, _host: stylus_sdk::host::VM) -> Self {
        Self { slot }
    }

    fn load<'s>(self) -> U256
    where
        Self: 's,
    {
        self.slot
    }

    fn load_mut<'s>(self) -> U256
    where
        Self: 's,
    {
        self.slot
    }
}

impl StorageLayout for Pair {
    const HASH: Hash = layout::of_value::<Self>("pair \"of two\"");

    fn describe() -> Type {
        Type::value::<Self>("pair \"of two\"")
    }
}

#[portcullis::entrypoint]
#[storage]
#[derive(portcullis::StorageLayout)]
pub struct Vault {
    owed: StorageU256,
    paused: StorageBool,
    limits: StorageArray<StorageU64, 3>,
    authority: Authority,
    balances: StorageMap<Address, StorageMap<u64, Inner>>,
    names: StorageVec<StorageString>,
    pair: Pair,
    queue: DeferralQueue,
}

#[portcullis::guarded]
#[public]
impl Vault {
    pub fn storage_layout_hash(&self) -> B256 {
        layout::hash::<Self>()
    }

    #[guard(lock)]
    pub fn pause(&mut self) -> Result<(), Vec<u8>> {
        self.paused.set(true);
        Ok(())
    }
}

#[test]
fn a_contract_says_its_hash_in_one_line() {
    let vm = TestVM::new();
    assert_eq!(Vault::from(&vm).storage_layout_hash().0, Vault::HASH);
}

/// `PORTCULLIS_WRITE=1` writes the file anew; the tool's tests read it too.
#[test]
fn the_file_is_the_one_that_is_checked_in() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/layout.json");
    let json = layout::json::<Vault>() + "\n";
    if std::env::var_os("PORTCULLIS_WRITE").is_some() {
        std::fs::write(file, &json).unwrap();
    }
    assert_eq!(json, std::fs::read_to_string(file).unwrap());
}
