// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.24;

// Layouts before and after an upgrade. After `NAME_V1` come those that may follow it, `NAME_V2_Ok…`, and those that may not, `NAME_V2_Bad…`.
// The cases are those of OpenZeppelin's upgrades-core (packages/core/contracts/test/Storage.sol), in contracts of our own.

contract Same_V1 { uint256 total; }
contract Same_V2_Ok { uint256 total; function more() external {} }

contract Append_V1 { uint256 total; }
contract Append_V2_Ok { uint256 total; address owner; }

contract Delete_V1 { uint256 total; address owner; }
contract Delete_V2_Bad { address owner; }
contract Delete_V2_BadLast { uint256 total; }

contract Replace_V1 { uint256 a; uint256 b; uint256 c; }
contract Replace_V2_Bad { uint256 a; string text; uint256 c; }

contract Rename_V1 { uint256 a; uint256 b; uint256 c; }
contract Rename_V2_Bad { uint256 a; uint256 renamed; uint256 c; }

contract Reorder_V1 { uint256 a; uint256 b; uint128 c; uint128 d; }
contract Reorder_V2_BadWords { uint256 b; uint256 a; uint128 c; uint128 d; }
contract Reorder_V2_BadInAWord { uint256 a; uint256 b; uint128 d; uint128 c; }

contract Insert_V1 { uint128 a; uint256 b; }
contract Insert_V2_BadFirst { address owner; uint128 a; uint256 b; }
contract Insert_V2_BadMiddle { uint128 a; uint256 x; uint256 b; }
// The bytes between a and b were nobody's, and nothing moves.
contract Insert_V2_OkFree { uint128 a; uint64 x; uint256 b; }

contract Retype_V1 { struct S { uint256 m; } uint256 a; S s; uint256[] list; uint128 small; uint8 flag; }
contract Retype_V2_BadKind { string a; uint256 s; mapping(uint256 => uint256) list; uint128 small; uint8 flag; }
contract Retype_V2_BadSize { struct S { uint256 m; } uint256 a; S s; uint256[] list; uint64 small; uint8 flag; }
contract Retype_V2_BadSign { struct S { uint256 m; } int256 a; S s; uint256[] list; uint128 small; uint8 flag; }
contract Retype_V2_BadBool { struct S { uint256 m; } uint256 a; S s; uint256[] list; uint128 small; bool flag; }
contract Retype_V2_BadElement { struct S { uint256 m; } uint256 a; S s; int256[] list; uint128 small; uint8 flag; }
contract Retype_V2_BadUnpacked { struct S { uint256 m; } uint256 a; S s; uint256[] list; uint256 small; uint8 flag; }

contract Struct_V1 {
    struct Inner { uint256 y; }
    struct S { uint256 x; string s1; string s2; Inner inner; }
    S data1;
    S data2;
    mapping(uint256 => S) m;
    S[10] a1;
    S[] a2;
    S data3;
}
// Another name of the struct moves nothing, and what a map holds may grow.
contract Struct_V2_Ok {
    struct Inner { uint256 y; }
    struct T { uint256 x; string s1; string s2; Inner inner; }
    struct Plus { uint256 x; string s1; string s2; Inner inner; uint256 z; }
    T data1;
    T data2;
    mapping(uint256 => Plus) m;
    T[10] a1;
    T[] a2;
    T data3;
}
contract Struct_V2_Bad {
    struct Inner { uint256 y; }
    struct InnerPlus { uint256 y; uint256 z; }
    struct Minus { uint256 x; string s2; Inner inner; }
    struct Plus { uint256 x; string s1; string s2; Inner inner; uint256 z; }
    struct Changed { string x; uint256 s1; string s2; InnerPlus inner; }
    Minus data1;
    Plus data2;
    mapping(uint256 => Minus) m;
    Minus[10] a1;
    Plus[] a2;
    Changed data3;
}
// What a map holds may grow; what that holds may not, also at its end.
contract Struct_V2_BadDeep {
    struct Inner { uint256 y; }
    struct InnerPlus { uint256 y; uint256 z; }
    struct S { uint256 x; string s1; string s2; Inner inner; }
    struct Deep { uint256 x; string s1; string s2; InnerPlus inner; }
    S data1;
    S data2;
    mapping(uint256 => Deep) m;
    S[10] a1;
    S[] a2;
    S data3;
}

contract Enum_V1 { enum E { A, B } E data1; E data2; E data3; E data4; }
contract Enum_V2_Ok { enum E { A, B } enum Larger { A, B, C } Larger data1; E data2; E data3; E data4; }
contract Enum_V2_Bad {
    enum Shrunk { A }
    enum Replaced { A, X }
    enum Inserted { X, A, B }
    Shrunk data1;
    Replaced data2;
    Inserted data3;
    uint8 data4;
}

contract Handle_V1 { Handle_V1 data; address owner; }
// A contract is an address.
contract Handle_V2_Ok { address data; address payable owner; }

contract Array_V1 { uint256[20] x1; uint256[20] x2; uint256[20] x3; uint256[] x4; mapping(uint256 => uint256[20]) m; }
contract Array_V2_Ok { uint256[20] x1; uint256[20] x2; uint256[20] x3; uint256[] x4; mapping(uint256 => uint256[25]) m; }
contract Array_V2_Bad { uint256[15] x1; uint256[25] x2; uint256[] x3; uint256[20] x4; mapping(uint256 => uint256[15]) m; }

contract Mapping_V1 { mapping(uint256 => uint256[10]) m1; mapping(string => uint256) m2; mapping(address => mapping(uint256 => uint128)) m3; }
contract Mapping_V2_Ok { mapping(uint256 => uint256[10]) m1; mapping(string => uint256) m2; mapping(address => mapping(uint256 => uint128)) m3; bool more; }
contract Mapping_V2_Bad { mapping(uint256 => uint256) m1; mapping(bool => uint256) m2; mapping(address => mapping(uint256 => uint256)) m3; }

contract Key_V1 { enum E { A, B } mapping(E => uint256) m1; mapping(E => uint256) m2; mapping(uint8 => uint256) m3; mapping(Key_V1 => uint256) m4; }
contract Key_V2_Ok { enum E { A, B } enum More { A, B, C } mapping(E => uint256) m1; mapping(More => uint256) m2; mapping(uint8 => uint256) m3; mapping(address => uint256) m4; }
contract Key_V2_Bad { enum E { A, B } enum Other { X, Y } mapping(E => uint256) m1; mapping(Other => uint256) m2; mapping(E => uint256) m3; mapping(uint256 => uint256) m4; }

contract Gap_V1 { uint256 a; uint256 b; uint256[48] __gap; uint256 z; }
contract Gap_V2_Ok { uint256 a; uint256 b; uint256 c; uint256[47] __gap; uint256 z; }
contract Gap_V2_BadNotSmaller { uint256 a; uint256 b; uint256 c; uint256[48] __gap; uint256 z; }
contract Gap_V2_BadDeleted { uint256 a; uint256[49] __gap; uint256 z; }
contract Gap_V2_BadSmallerForNothing { uint256 a; uint256 b; uint256[47] __gap; uint256 z; }
contract Gap_V2_BadTooSmall { uint256 a; uint256 b; uint256 c; uint256[46] __gap; uint256 z; }
contract Gap_V2_BadTooLarge { uint256 a; uint256 b; uint256 c; uint256 d; uint256[47] __gap; uint256 z; }

contract GapOfBytes_V1 { uint256 a; bytes32[48] __gap; uint256 z; }
contract GapOfBytes_V2_Ok { uint256 a; uint256 c; bytes32[47] __gap; uint256 z; }
contract GapOfBytes_V2_Bad { uint256 a; uint256 c; bytes32[48] __gap; uint256 z; }

contract GapTaken_V1 { uint256[2] __gap; }
contract GapTaken_V2_Ok { uint256 a; uint256 b; }
contract GapTaken_V2_BadShort { uint256 a; }
contract GapTaken_V2_BadLong { uint256[3] __gap; }

contract GapBaseA { uint256 a; uint256[1] private __gap; }
contract GapBaseB { uint256 a; uint256[1] small; }
contract GapInherited_V1 is GapBaseA { uint256[2] private __gap; }
contract GapInherited_V2_Ok is GapBaseB { uint256 inserted1; uint256 inserted2; uint256 b; }
contract GapInherited_V2_Bad is GapBaseB { }

contract GapOfAddresses_V1 { address a; address b; address[48] __gap; address z; }
contract GapOfAddresses_V2_Ok { address a; address b; address c; address[47] __gap; address z; }

contract GapInAddresses_V1 { address a; address b; uint256[48] __gap; address z; }
contract GapInAddresses_V2_Ok { address a; address b; address c; uint256[47] __gap; address z; }

contract GapOfHalves_V1 { uint128 a; uint128[49] __gap; uint128 z; }
contract GapOfHalves_V2_Ok { uint128 a; uint128 b; uint128[49] __gap; uint128 z; }
contract GapOfHalves_V2_OkTwo { uint128 a; uint128 b; uint128 c; uint128[48] __gap; uint128 z; }
contract GapOfHalves_V2_Bad { uint128 a; uint128 b; uint128 c; uint128[49] __gap; uint128 z; }

contract GapOfBools_V1 { bool[32] a; bool[32] b; bool[32] __gap; bool z; }
contract GapOfBools_V2_Ok { bool[32] a; bool[32] b; bool[16] c; bool z; }
contract GapOfBools_V2_Bad { bool[32] a; bool[32] b; bool[16] c; bool[16] __gap; bool[32] z; }

contract GapOfOne_V1 { uint256 a; uint256 b; uint256[1] __gap; uint256 z; }
contract GapOfOne_V2_Ok { uint256 a; uint256 b; uint256 c; uint256 z; }
contract GapOfOne_V2_OkArray { uint256 a; uint256 b; uint256[1] c; uint256 z; }
contract GapOfOne_V2_Bad { uint256 a; uint256 b; uint256 c; uint256[1] __gap; uint256 z; }

contract NoGapBool_V1 { bool a; bool b; bool __gap; bool z; }
contract NoGapBool_V2_Bad { bool a; bool b; bool c; bool z; }
contract NoGapWord_V1 { uint256 a; uint256 b; uint256 __gap; uint256 z; }
contract NoGapWord_V2_Bad { uint256 a; uint256 b; uint256 c; uint256 z; }

contract GapInStruct_V1 {
    struct S { uint256 a; uint256 b; bytes32[50] __gap; uint256 d; }
    mapping(uint256 => S) m;
    S[10] fixed_;
    S[] list;
}
contract GapInStruct_V2_Ok {
    struct S { uint256 a; uint256 b; uint256 c; bytes32[49] __gap; uint256 d; }
    mapping(uint256 => S) m;
    S[10] fixed_;
    S[] list;
}
contract GapInStruct_V2_Bad {
    struct S { uint256 a; uint256 b; uint256 c; bytes32[48] __gap; uint256 d; }
    mapping(uint256 => S) m;
    S[10] fixed_;
    S[] list;
}

contract GapNamed_V1 { uint256 a; uint256[24] __gap_part1; uint256 b; uint256 c; uint256[23] __gap_part2; uint256 z; }
contract GapNamed_V2_Ok { uint256 a; uint256 a1; uint256[23] __gap_part1; uint256 b; uint256 c; uint256 c1; uint256 c2; uint256[21] __gap_part2; uint256 z; }
contract GapNamed_V2_OkSwitched { uint256 a; uint256 a1; uint256[23] __gap_part2; uint256 b; uint256 c; uint256 c1; uint256 c2; uint256[21] __gap_part1; uint256 z; }
contract GapNamed_V2_Bad { uint256 a; uint256 a1; uint256[24] __gap_part1; uint256 b; uint256 c; uint256 c1; uint256 c2; uint256[23] __gap_part2; uint256 z; }
contract GapNamed_V2_BadSecond { uint256 a; uint256 a1; uint256[23] __gap_part1; uint256 b; uint256 c; uint256 c1; uint256 c2; uint256[23] __gap_part2; uint256 z; }
contract GapNamed_V2_BadSwitched { uint256 a; uint256 a1; uint256[24] __gap_part2; uint256 b; uint256 c; uint256[23] __gap_part1; uint256 z; }

contract Parent1 { string[5] s; uint256[45] private __gap; }
contract Parent2 { bool flag; uint256[49] private __gap; }
contract GapAnother_V1 is Parent1 { uint256[50] private __gap; }
contract GapAnother_V2_Ok is Parent1, Parent2 { }
contract GapAnother_V2_OkMore is Parent1, Parent2 { uint256 a; uint256[49] private __gap; }

contract UserType_V1 { type Amount is uint128; Amount amount; mapping(Amount => uint256) m; }
contract UserType_V2_Ok { type Amount is uint128; Amount amount; mapping(Amount => uint256) m; uint256 x; }
contract UserType_V2_BadSize { type Amount is uint64; Amount amount; mapping(Amount => uint256) m; }
contract UserType_V2_BadName { type Share is uint128; Share amount; mapping(Share => uint256) m; }

contract Function_V1 { struct S { uint256 a; function(bool) external b; } S s; function(bool) external c; }
contract Function_V2_Ok { struct S { uint256 a; function(bool) external b; } S s; function(bool) external c; }
contract Function_V2_Bad { struct S { uint256 a; function(bool) b; } S s; function(bool) c; }

contract Empty_V1 { }
contract Empty_V2_Ok { uint256 a; }

// Two variables of one name.
contract Twice { uint256 private same; }
contract Twice_V1 is Twice { uint256 private same; uint256 b; }
contract Twice_V2_Ok is Twice { uint256 private same; uint256 b; uint256 c; }
contract Twice_V2_Bad is Twice { uint256 b; }

contract TwiceRenamed { uint256 private other; }
contract Twice_V2_BadRenamed is TwiceRenamed { uint256 private same; uint256 b; }

// One struct in two places, of which one may grow.
contract Shared_V1 { struct S { uint256 x; } mapping(uint256 => S) m; S s; }
contract Shared_V2_Bad { struct S { uint256 x; uint256 y; } mapping(uint256 => S) m; S s; }

contract Recursive { struct R { mapping(uint256 => R) s; } R data; }
