#include "thalweg/functions/call_fixture.h"

namespace thalweg::functions {
namespace {

class CollectionTest : public CallFixture {
 protected:
  CollectionTest() {
    RegisterCollectionFunctions(&registry_);
    RegisterStringFunctions(&registry_);
    RegisterStructFunctions(&registry_);
  }
  /// An array of integers; -99 is NULL.
  Value A(const std::vector<int32_t>& values) {
    std::vector<Value> elements;
    for (const int32_t value : values)
      elements.push_back(value == -99 ? V("NULL", "int") : I(value));
    return Call("array", elements);
  }
};

TEST_F(CollectionTest, Access) {
  EXPECT_EQ(Text(Call("subscript", {A({1, 2, 3}), I(2)})), "3");
  EXPECT_EQ(Text(Call("subscript", {A({1, 2}), I(2)})), "INVALID_ARRAY_INDEX");
  EXPECT_EQ(Text(Call("subscript", {A({1, 2}), I(-1)})), "INVALID_ARRAY_INDEX");
  EXPECT_EQ(Text(Call("subscript", {A({1, 2}), V("NULL", "int")})), "NULL");
  EXPECT_EQ(Text(Call("element_at", {A({1, 2, 3}), I(-1)})), "3");
  EXPECT_EQ(Text(Call("element_at", {A({1, 2}), I(0)})), "INVALID_INDEX_OF_ZERO");
  EXPECT_EQ(Text(Call("element_at", {A({1, 2}), I(3)})), "INVALID_ARRAY_INDEX_IN_ELEMENT_AT");
  EXPECT_EQ(Text(Call("get", {A({1, 2}), I(3)})), "NULL");
  EXPECT_EQ(Text(Call("size", {A({1, -99})})), "2");
  EXPECT_EQ(Text(Call("array_contains", {A({1, -99}), I(3)})), "NULL");
  EXPECT_EQ(Text(Call("array_contains", {A({1, -99}), I(1)})), "true");
  EXPECT_EQ(Text(Call("array_contains", {A({1}), V("a")})),
            "DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES");
  EXPECT_EQ(Text(Call("array_position", {A({3, 1, 1}), I(1)})), "2");
}

TEST_F(CollectionTest, Rearrangement) {
  EXPECT_EQ(Text(Call("sort_array", {A({3, -99, 1})})), "[null, 1, 3]");
  EXPECT_EQ(Text(Call("sort_array", {A({3, -99, 1}), V("false", "boolean")})), "[3, 1, null]");
  EXPECT_EQ(Text(Call("array_sort", {A({3, -99, 1})})), "[1, 3, null]");
  EXPECT_EQ(Text(Call("reverse", {A({1, 2, 3})})), "[3, 2, 1]");
  EXPECT_EQ(Text(Call("concat", {A({1}), A({2, -99})})), "[1, 2, null]");
  EXPECT_EQ(Text(Call("slice", {A({1, 2, 3, 4}), I(-2), I(2)})), "[3, 4]");
  EXPECT_EQ(Text(Call("slice", {A({1, 2, 3}), I(-5), I(2)})), "[]");
  EXPECT_EQ(Text(Call("slice", {A({1}), I(0), I(2)})), "INVALID_PARAMETER_VALUE.START");
  EXPECT_EQ(Text(Call("flatten", {Call("array", {A({1}), A({2, 3})})})), "[1, 2, 3]");
  EXPECT_EQ(Text(Call("array_append", {A({1}), I(2)})), "[1, 2]");
  EXPECT_EQ(Text(Call("array_prepend", {A({1}), I(2)})), "[2, 1]");
  EXPECT_EQ(Text(Call("array_repeat", {I(7), I(3)})), "[7, 7, 7]");
  EXPECT_EQ(Text(Call("array_repeat", {I(7), I(2147483647)})),
            "COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION");
  EXPECT_EQ(Text(Call("array_compact", {A({1, -99})})), "[1]");
  EXPECT_EQ(Text(Call("array_remove", {A({1, 2, -99, 1}), I(1)})), "[2, null]");
  EXPECT_EQ(Text(Call("array_max", {A({1, 5, -99})})), "5");
  EXPECT_EQ(Text(Call("array_min", {A({})})), "NULL");
  EXPECT_EQ(Text(Call("array_join", {A({1, -99, 2}), V("-")})), "1-2");
  EXPECT_EQ(Text(Call("array_join", {A({1, -99, 2}), V("-"), V("?")})), "1-?-2");
}

TEST_F(CollectionTest, Sets) {
  EXPECT_EQ(Text(Call("array_distinct", {A({1, 2, 1, -99, -99})})), "[1, 2, null]");
  EXPECT_EQ(Text(Call("array_distinct", {Call("array", {D(0.0), D(-0.0)})})), "[0.0]");
  EXPECT_EQ(Text(Call("array_union", {A({1, 2}), A({2, 3})})), "[1, 2, 3]");
  EXPECT_EQ(Text(Call("array_intersect", {A({1, 2, 2}), A({2, 3})})), "[2]");
  EXPECT_EQ(Text(Call("array_except", {A({1, 2, 1}), A({2, 3})})), "[1]");
  EXPECT_EQ(Text(Call("arrays_overlap", {A({1, 2}), A({2})})), "true");
  EXPECT_EQ(Text(Call("arrays_overlap", {A({1, -99}), A({2})})), "NULL");
}

TEST_F(CollectionTest, Maps) {
  const Value map = Call("map", {V("a"), I(1), V("b"), I(2)});
  EXPECT_EQ(Text(map), "{a -> 1, b -> 2}");
  EXPECT_EQ(Text(Call("subscript", {map, V("b")})), "2");
  EXPECT_EQ(Text(Call("subscript", {map, V("z")})), "NULL");
  EXPECT_EQ(Text(Call("element_at", {map, V("a")})), "1");
  EXPECT_EQ(Text(Call("element_at", {map, I(1)})), "DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES");
  EXPECT_EQ(Text(Call("size", {map})), "2");
  EXPECT_EQ(Text(Call("map_keys", {map})), "[a, b]");
  EXPECT_EQ(Text(Call("map_values", {map})), "[1, 2]");
  EXPECT_EQ(Text(Call("map_entries", {map})), "[{a, 1}, {b, 2}]");
  EXPECT_EQ(Text(Call("map_from_entries", {Call("map_entries", {map})})), "{a -> 1, b -> 2}");
  EXPECT_EQ(Text(Call("map_from_arrays", {Call("map_keys", {map}), Call("map_values", {map})})),
            "{a -> 1, b -> 2}");
  EXPECT_EQ(Text(Call("map_concat", {map, Call("map", {V("c"), I(3)})})),
            "{a -> 1, b -> 2, c -> 3}");
  EXPECT_EQ(Text(Call("map_contains_key", {map, V("b")})), "true");
  EXPECT_EQ(Text(Call("map", {V("a"), I(1), V("a"), I(2)})), "DUPLICATED_MAP_KEY");
  EXPECT_EQ(Text(Call("map", {V("NULL"), I(1)})), "NULL_MAP_KEY");
  EXPECT_EQ(Text(Call("map", {map, I(1)})), "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE");
}

TEST_F(CollectionTest, Structs) {
  const Value pair = Call("named_struct", {V("a"), I(1), V("b"), V("x")});
  EXPECT_EQ(Text(pair), "{1, x}");
  EXPECT_EQ(Text(Call("getfield", {pair, V("b")})), "x");
  EXPECT_EQ(Text(Call("getfield", {Call("array", {pair, pair}), V("a")})), "[1, 1]");
  EXPECT_EQ(Text(Call("struct", {I(1), V("x")})), "{1, x}");
  EXPECT_EQ(Text(Call("named_struct", {I(1), I(2)})),
            "DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING");
  const Value null = Call("getfield", {arrow::Datum(arrow::MakeNullScalar(pair->type())), V("a")});
  EXPECT_EQ(Text(null), "NULL");
}

TEST_F(CollectionTest, Sequences) {
  EXPECT_EQ(Text(Call("sequence", {I(1), I(3)})), "[1, 2, 3]");
  EXPECT_EQ(Text(Call("sequence", {I(3), I(1)})), "[3, 2, 1]");
  EXPECT_EQ(Text(Call("sequence", {I(1), I(6), I(2)})), "[1, 3, 5]");
  EXPECT_EQ(Text(Call("sequence", {I(1), I(6), I(-1)})), "INVALID_PARAMETER_VALUE.BOUNDARY");
  EXPECT_EQ(Text(Call("sequence", {V("2024-01-31", "date"), V("2024-03-31", "date"),
                                   V("1", "interval month")})),
            "[2024-01-31, 2024-02-29, 2024-03-31]");
  EXPECT_EQ(Text(Call("sequence", {V("2024-01-30", "date"), V("2024-02-01", "date")})),
            "[2024-01-30, 2024-01-31, 2024-02-01]");
}

}  // namespace
}  // namespace thalweg::functions
