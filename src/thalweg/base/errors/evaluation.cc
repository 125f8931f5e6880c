#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

// Errors of types, casts, operators and function arguments.
constexpr ErrorCondition kConditions[] = {
    {"DIVIDE_BY_ZERO", "22012",
     "Division by zero. Use try_divide, or a condition that leaves the row out, to get "
     "NULL instead."},
    {"REMAINDER_BY_ZERO", "22012",
     "Remainder by zero. Use try_mod, or a condition that leaves the row out, to get NULL "
     "instead."},
    {"ARITHMETIC_OVERFLOW", "22003", "<message>.<alternative>"},
    {"BINARY_ARITHMETIC_OVERFLOW", "22003",
     "<value1> <symbol> <value2> exceeds the range of its type. Use <functionName> to get "
     "NULL instead."},
    {"CAST_INVALID_INPUT", "22018",
     "The value <expression> of type <sourceType> cannot be cast to <targetType>: it is "
     "malformed. Use try_cast to get NULL instead."},
    {"CAST_OVERFLOW_IN_TABLE_INSERT", "22003",
     "A value of type <sourceType> does not fit into the column <columnName> of type <targetType>. "
     "Use try_cast in the query to insert NULL instead."},
    {"CAST_OVERFLOW", "22003",
     "The value <value> of type <sourceType> does not fit into <targetType>. Use try_cast "
     "to get NULL instead."},
    {"NUMERIC_VALUE_OUT_OF_RANGE.WITH_SUGGESTION", "22003",
     "The value <value> cannot be represented as Decimal(<precision>, <scale>). With <config> set to "
     "false it is NULL instead."},
    {"NUMERIC_VALUE_OUT_OF_RANGE.WITHOUT_SUGGESTION", "22003",
     "<roundedValue>, which is <originalValue> rounded half up, cannot be represented as "
     "Decimal(<precision>, <scale>)."},
    {"INVALID_TIMEZONE", "22009",
     "The time zone <timeZone> is not known. Give a region such as 'America/Los_Angeles' "
     "or an offset such as '+02:00' between -18:00 and +18:00."},
    {"INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION", "22015",
     "The interval arithmetic exceeds the range of the result."},
    {"INTERVAL_ARITHMETIC_OVERFLOW.WITH_SUGGESTION", "22015",
     "The interval arithmetic exceeds the range of the result. Use <functionName> to get "
     "NULL instead."},
    {"INTERVAL_DIVIDED_BY_ZERO", "22012",
     "Division of an interval by zero. Use try_divide to get NULL instead."},
    {"INVALID_INTERVAL_WITH_MICROSECONDS_ADDITION", "22006",
     "An interval with a time part cannot be added to a date; cast the date to a timestamp."},
    {"DATETIME_OVERFLOW", "22008", "The date or time exceeds its range: <operation>."},
    {"INVALID_INTERVAL_FORMAT.UNMATCHED_FORMAT_STRING_WITH_NOTICE", "22006",
     "The text '<input>' is no <intervalStr> interval: <typeName> takes the form "
     "<supportedFormat>."},
    {"DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "42K09",
     "Cannot resolve <sqlExpr>: the operands have types that do not go together (<left> "
     "and <right>)."},
    {"DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", "42K09",
     "Cannot resolve <sqlExpr>: the operator takes <inputType>, not <actualDataType>."},
    {"DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
     "Cannot resolve <sqlExpr>: the <paramIndex> parameter must be <requiredType>, but "
     "<inputSql> is <inputType>."},
    {"DATATYPE_MISMATCH.DATA_DIFF_TYPES", "42K09",
     "Cannot resolve <sqlExpr>: the inputs of <functionName> should all have one type, but"
     " they are <dataType>."},
    {"DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "42K09",
     "Cannot resolve <sqlExpr>: <functionName> cannot order values of type <dataType>."},
    {"DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "42K09",
     "Cannot resolve <sqlExpr>: <srcType> cannot be cast to <targetType>."},
    {"DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", "42K09",
     "Cannot resolve <sqlExpr>: <srcType> cannot be cast to <targetType> in ANSI mode."},
    {"DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", "42K09",
     "Cannot resolve <sqlExpr>: <srcType> cannot be cast to <targetType>. The functions "
     "<functionNames> convert such values."},
    {"WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
     "The function <functionName> takes <expectedNum> arguments, but <actualNum> were "
     "given."},
    {"UNSUPPORTED_DATATYPE", "0A000", "The data type <typeName> is not supported."},
    {"DATATYPE_MISSING_SIZE", "42K01",
     "The data type <type> needs a length, for instance <type>(10)."},
    {"DATATYPE_PARAMETER_VALUE_OUT_OF_RANGE", "22003",
     "The <parameter> <value> of the data type <type> is beyond those of an INT."},
    {"EXCEED_LIMIT_LENGTH", "54006",
     "A text is longer than the <limit> characters that its CHAR or VARCHAR column takes."},
    {"DECIMAL_SCALE_EXCEEDS_PRECISION", "22003",
     "The decimal scale <scale> exceeds the precision <precision>."},
    {"INVALID_JSON_DATA_TYPE", "2203G", "The JSON text '<invalidType>' is no data type."},
    {"CANNOT_DECODE_URL", "22546", "The URL <url> cannot be decoded: it is malformed."},
    {"CONVERSION_INVALID_INPUT", "22018",
     "The value <str> (<fmt>) is malformed and cannot be converted to <targetType>. Use "
     "<suggestion> to get NULL instead."},
    {"DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES", "42K09",
     "Cannot resolve <sqlExpr>: <functionName> takes an <dataType> and a value of its element "
     "type, "
     "but got <leftType> and <rightType>."},
    {"DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES", "42K09",
     "Cannot resolve <sqlExpr>: <functionName> takes two values of <arrayType> with one element "
     "type, but got <leftType> and <rightType>."},
    {"DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES", "42K09",
     "Cannot resolve <sqlExpr>: <functionName> takes a <dataType> and a value of its key type, but "
     "got <leftType> and <rightType>."},
    {"DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", "42K09",
     "Cannot resolve <sqlExpr>: the names of fields must be constant strings, but are "
     "<inputExprs>."},
    {"DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES", "42K09",
     "Cannot resolve <sqlExpr>: the keys given to <functionName> have no common type: <dataType>."},
    {"DATATYPE_MISMATCH.CREATE_MAP_VALUE_DIFF_TYPES", "42K09",
     "Cannot resolve <sqlExpr>: the values given to <functionName> have no common type: "
     "<dataType>."},
    {"DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE", "42K09",
     "Cannot resolve <sqlExpr>: the key of a map cannot be or hold <keyType>."},
    {"DATATYPE_MISMATCH.HASH_VARIANT_TYPE", "42K09",
     "The function <functionName> takes no variants: equal ones may have different bytes."},
    {"DATATYPE_MISMATCH.HASH_MAP_TYPE", "42K09",
     "Cannot resolve <sqlExpr>: <functionName> does not take values that are or hold a map."},
    {"DATATYPE_MISMATCH.NULL_TYPE", "42K09",
     "Cannot resolve <sqlExpr>: <functionName> does not take arguments of type VOID."},
    {"INVALID_ARRAY_INDEX", "22003",
     "The index <indexValue> lies outside of the array, which has <arraySize> elements. Use get() "
     "to get NULL instead."},
    {"INVALID_ARRAY_INDEX_IN_ELEMENT_AT", "22003",
     "The index <indexValue> lies outside of the array, which has <arraySize> elements. Use "
     "try_element_at() to get NULL instead."},
    {"INVALID_INDEX_OF_ZERO", "22003",
     "The index 0 is invalid: the first element has index 1, the last one -1."},
    {"INVALID_FORMAT.ESC_AT_THE_END", "42601",
     "The format <format> is invalid: an escape character ends it."},
    {"INVALID_FORMAT.ESC_IN_THE_MIDDLE", "42601",
     "The format <format> is invalid: the escape character must not stand before <char>."},
    {"INVALID_PARAMETER_VALUE.CHARSET", "22023",
     "The value of <parameter> of <functionName> is invalid: it must be one of <charsets>, but is "
     "<charset>."},
    {"INVALID_PARAMETER_VALUE.LENGTH", "22023",
     "The value of <parameter> of <functionName> is invalid: a length is not negative, but this is "
     "<length>."},
    {"INVALID_PARAMETER_VALUE.START", "22023",
     "The value of <parameter> of <functionName> is invalid: positions start at 1 or end at -1, 0 "
     "is "
     "none."},
    {"INVALID_PARAMETER_VALUE.PATTERN", "22023",
     "The value of <parameter> of <functionName> is invalid: <value>."},
    {"INVALID_PARAMETER_VALUE.REGEX_GROUP_INDEX", "22023",
     "The value of <parameter> of <functionName> is invalid: the pattern has the groups 0 to "
     "<groupCount>, but <groupIndex> is asked for."},
    {"INVALID_PARAMETER_VALUE.BOUNDARY", "22023",
     "The value of <parameter> of <functionName> is invalid: from <start> no steps of <step> lead "
     "to <stop>."},
    {"INVALID_REGEXP_REPLACE", "22023",
     "regexp_replace cannot put <replacement> for the pattern <pattern> into <source> from "
     "position "
     "<position> on."},
    {"MALFORMED_CHARACTER_CODING", "22000",
     "<function> met a value that is malformed in the character set <charset>."},
    {"COLLECTION_SIZE_LIMIT_EXCEEDED.FUNCTION", "54000",
     "<functionName> cannot make an array of <numberOfElements> elements: the limit is "
     "<maxRoundedArrayLength>."},
    {"DUPLICATED_MAP_KEY", "23505",
     "The key <key> is in the map more than once. Set <mapKeyDedupPolicy> to LAST_WIN to keep the "
     "last value of a key."},
    {"THALWEG_TEXT_TOO_LONG", "54000",
     "<functionName> cannot make a text of <numberOfBytes> bytes: the limit is <limit>."},
    {"THALWEG_OUT_OF_MEMORY", "53200",
     "The rows of one batch need more memory than there is, or than a column may have (2 GiB): "
     "<what>"},
    {"NULL_MAP_KEY", "2200E", "NULL cannot be the key of a map."},
    {"USER_RAISED_EXCEPTION", "P0001", "<errorMessage>"},
    {"SCALAR_SUBQUERY_TOO_MANY_ROWS", "21000",
     "A subquery that stands for a value gave more than one row."},
};

}  // namespace

std::span<const ErrorCondition> EvaluationErrorConditions() { return kConditions; }

}  // namespace thalweg
