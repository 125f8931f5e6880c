#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"INVALID_FORMAT.EMPTY", "42601", "The number pattern <format> must not be empty."},
    {"INVALID_FORMAT.WRONG_NUM_DIGIT", "42601",
     "The number pattern <format> needs a digit: 0 or 9."},
    {"INVALID_FORMAT.CUR_MUST_BEFORE_DIGIT", "42601",
     "The $ of the number pattern <format> must stand before its digits."},
    {"INVALID_FORMAT.CUR_MUST_BEFORE_DEC", "42601",
     "The $ of the number pattern <format> must stand before its decimal point."},
    {"INVALID_FORMAT.CONT_THOUSANDS_SEPS", "42601",
     "Each separator (, or G) of the number pattern <format> must have digits on both sides."},
    {"INVALID_FORMAT.THOUSANDS_SEPS_MUST_BEFORE_DEC", "42601",
     "The separators (, or G) of the number pattern <format> must stand before its decimal point."},
    {"INVALID_FORMAT.WRONG_NUM_TOKEN", "42601",
     "The number pattern <format> may have <token> only once."},
    {"INVALID_FORMAT.UNEXPECTED_TOKEN", "42601",
     "The number pattern <format> must not have <token> where it stands; the order is [MI|S] [$] "
     "digits with separators [.|D] digits [$] [PR|MI|S]."},
    {"INVALID_FORMAT.MISMATCH_INPUT", "42601",
     "The <inputType> value <input> does not fit the number pattern <format>. Use `try_to_number` "
     "to get NULL instead."},
    {"INVALID_PARAMETER_VALUE.BINARY_FORMAT", "22023",
     "The parameter <parameter> of <functionName> must be 'base64', 'hex' or 'utf-8', not "
     "<invalidFormat>."},
    {"INVALID_PARAMETER_VALUE.NULL", "22023",
     "The parameter <parameter> of <functionName> must not be NULL."},
    {"INVALID_SCHEMA.NON_STRUCT_TYPE", "42K07",
     "The schema <inputSchema> must be a struct, not <dataType>."},
    {"INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING", "42K0K",
     "The function <funcName> needs an order: WITHIN GROUP (ORDER BY ...)."},
    {"INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS", "42K0K",
     "The WITHIN GROUP of <funcName> must be ordered by <expectedNum> expressions, but is by "
     "<actualNum>."},
    {"INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED", "42K0K",
     "The function <funcName> takes no DISTINCT beside WITHIN GROUP."},
    {"INVALID_WITHIN_GROUP_EXPRESSION.MISMATCH_WITH_DISTINCT_INPUT", "42K0K",
     "With DISTINCT the WITHIN GROUP of <funcName> must be ordered by its argument <funcArg>, not "
     "by <orderingExpr>."},
    {"INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC", "42601",
     "The window of <aggFunc> must have neither ORDER BY nor a frame."},
    {"SECOND_FUNCTION_ARGUMENT_NOT_INTEGER", "22023",
     "The second argument of <functionName> must be an integer. Write a whole number."},
    {"MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION", "42K0E",
     "The expression <expr> stands above more than one source of files."},
    {"VECTOR_DIMENSION_MISMATCH", "22000",
     "The vectors of <functionName> must be equally long, but have <leftDim> and <rightDim> "
     "elements."},
    {"INVALID_VECTOR_NORM_DEGREE", "22023",
     "The degree of <functionName> must be 1.0, 2.0 or infinity, not <degree>."},
    {"INVALID_BITMAP_POSITION", "22003",
     "The position <bitPosition> lies outside of a bitmap of <bitmapNumBytes> bytes "
     "(<bitmapNumBits> bits)."},
    {"INVALID_PARAMETER_VALUE.AES_KEY_LENGTH", "22023",
     "The parameter <parameter> of <functionName> must be a key of 16, 24 or 32 bytes, but has "
     "<actualLength>."},
    {"INVALID_PARAMETER_VALUE.AES_IV_LENGTH", "22023",
     "The parameter <parameter> of <functionName> must have 16 bytes for CBC and 12 for GCM; for "
     "<mode> it has <actualLength>."},
    {"INVALID_PARAMETER_VALUE.AES_CRYPTO_ERROR", "22023",
     "The parameter <parameter> of <functionName> cannot be decrypted: <detailMessage>."},
    {"INVALID_PARAMETER_VALUE.HMAC_ALGORITHM", "22023",
     "The parameter <parameter> of <functionName> must be SHA-224, SHA-256, SHA-384, SHA-512, "
     "SHA-1 or MD5, not <invalidValue>."},
    {"INVALID_PARAMETER_VALUE.HMAC_CRYPTO_ERROR", "22023",
     "The parameter <parameter> of <functionName> cannot be used: <detailMessage>."},
    {"UNSUPPORTED_FEATURE.AES_MODE", "0A000",
     "AES mode <mode> with padding <padding> in <functionName>; ECB and CBC go with PKCS, GCM with "
     "NONE."},
    {"UNSUPPORTED_FEATURE.AES_MODE_IV", "0A000",
     "The mode <mode> of <functionName> takes no initialization vector; CBC and GCM do."},
    {"UNSUPPORTED_FEATURE.AES_MODE_AAD", "0A000",
     "The mode <mode> of <functionName> takes no additional authenticated data; GCM does."},
    {"MALFORMED_VARIANT", "22023",
     "The bytes of a variant do not follow the encoding: they are cut off or were not written by "
     "Spark."},
    {"UNKNOWN_PRIMITIVE_TYPE_IN_VARIANT", "22023",
     "A variant holds a value of the primitive type <id>, which is not known."},
    {"INVALID_VARIANT_CAST", "22023",
     "The variant <value> cannot become a value of type <dataType>. Use `try_variant_get` or "
     "TRY_CAST to get NULL instead."},
    {"INVALID_VARIANT_GET_PATH", "22023",
     "The path <path> of <functionName> is malformed: it must begin with `$`, followed by steps "
     "like `[123]`, `.name`, `['name']` or `[\"name\"]`."},
    {"VARIANT_DUPLICATE_KEY", "22023", "An object of a variant has the key <key> twice."},
    {"VARIANT_SIZE_LIMIT", "22023",
     "The variant that <functionName> makes is larger than <sizeLimit>."},
    {"COLUMN_IS_NOT_VARIANT_TYPE", "42K09",
     "Only a value of type VARIANT can be taken apart with `:`."},
    {"DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE", "42K09",
     "The argument <exprName> must be one character."},
    {"NEGATIVE_VALUES_IN_FREQUENCY_EXPRESSION", "22003",
     "The <frequencyExpression> must not be negative, but is <negativeValue>."},
    {"INVALID_PARAMETER_VALUE.LONG", "22023",
     "The parameter <parameter> of <functionName> must be a constant of type BIGINT, not "
     "<invalidValue>."},
    {"INVALID_UTF8_STRING", "22029", "The bytes <str> are not valid UTF-8."},
    {"INVALID_URL", "22P02",
     "The URL <url> is malformed. Use `try_parse_url` to get NULL instead."},
    {"INVALID_PARAMETER_VALUE.BIT_POSITION_RANGE", "22023",
     "The value of parameter <parameter> of <functionName> must lie in [0, <upper>), but is "
     "<invalidValue>."},
    {"DATATYPE_MISMATCH.INVALID_ARG_VALUE", "42K09",
     "The argument <inputName> must be a <requireType> literal of <validValues>, but is "
     "<inputValue>."},
    {"CANNOT_PARSE_TIMESTAMP", "22007",
     "<message>. Use <func> to get NULL for text that does not fit."},
    {"DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", "42K09",
     "The schema <schema> of from_json must be a struct, an array or a map."},
    {"DATATYPE_MISMATCH.INVALID_XML_SCHEMA", "42K09",
     "The schema <schema> of from_xml must be a struct."},
    {"DATATYPE_MISMATCH.INVALID_XML_MAP_KEY_TYPE", "42K09",
     "Keys of maps in the schema of from_xml are of type STRING, unlike in <schema>."},
    {"THALWEG_XPATH_FAILED", "22023", "The XPath <path> has no value here: <reason>."},
    {"DATATYPE_MISMATCH.NON_STRING_TYPE", "42K09", "All arguments of <funcName> must be texts."},
    {"UNEXPECTED_INPUT_TYPE", "42K09",
     "The <paramIndex> argument of <functionName> must be of type <requiredType>, but <inputSql> "
     "is of type <inputType>."},
    {"NON_FOLDABLE_ARGUMENT", "42K08",
     "<funcName> needs a constant of type <paramType> for <paramName>."},
    {"DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", "42K09",
     "The argument <inputName> must be a constant of type <inputType>, but it is <inputExpr>."},
    {"DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES", "42K09",
     "Column <columnIndex> of stack() has values of different types: <leftType> (argument "
     "<leftParamIndex>) and <rightType> (argument <rightParamIndex>)."},
    {"DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", "42K09",
     "The function <functionName> does not take values of type <dataType>."},
    {"DATETIME_FIELD_OUT_OF_BOUNDS.WITHOUT_SUGGESTION", "22023", "<rangeMessage>."},
    {"ILLEGAL_DAY_OF_WEEK", "22009", "'<string>' names no day of the week."},
    {"INVALID_EXTRACT_FIELD", "42601", "The field <field> cannot be extracted from <expr>."},
    {"INVALID_FRACTION_OF_SECOND", "22023", "The seconds <secAndMicros> lie outside of 0 to 60."},
    {"INVALID_OPTIONS.NON_MAP_FUNCTION", "42K06", "Options must be given by map()."},
    {"INVALID_OPTIONS.NON_STRING_TYPE", "42K06",
     "Options must be a map of strings to strings, not <mapType>."},
    {"INVALID_SCHEMA.NON_STRING_LITERAL", "42K07",
     "The schema <inputSchema> must be a constant text."},
    {"COMPARATOR_RETURNS_NULL", "22004",
     "The comparator gave NULL for <firstValue> and <secondValue>; it must give a number: positive "
     "for greater, 0 for equal, negative for less."},
    {"DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES", "42K09",
     "<functionName> takes two maps whose keys have a common type, not <leftType> and "
     "<rightType>."},
    {"DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", "42K09",
     "Cannot resolve <sqlExpr>: <functionName> goes from one <startType> to another in steps of "
     "<stepType>, or from one <otherStartType> to another in steps of the same type."},
    {"DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE", "42K09",
     "The <functionName> in <sqlExpr> must give values of type <expectedType>, not <actualType>."},
    {"INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES", "42K0D",
     "The parameters <args> of a lambda function must have different names."},
    {"INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", "42K0D",
     "A lambda function may only be an argument of a function that takes one; <class> does not."},
    {"INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", "42K0D",
     "The lambda function has <expectedNumArgs> parameters, but it is given <actualNumArgs>."},
    {"INVALID_LAMBDA_FUNCTION_CALL.PARAMETER_DOES_NOT_ACCEPT_LAMBDA_FUNCTION", "42K0D",
     "A lambda function stands where the function takes a plain argument."},
};

}  // namespace

std::span<const ErrorCondition> FunctionErrorConditions() { return kConditions; }

}  // namespace thalweg
