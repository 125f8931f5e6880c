#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"CANNOT_MERGE_SCHEMAS", "42KD9",
     "The files have schemas that cannot be merged: <left> and <right>."},
    {"CODEC_NOT_AVAILABLE.WITH_AVAILABLE_CODECS_SUGGESTION", "56038",
     "There is no codec <codecName> here. Use one of: <availableCodecs>."},
    {"FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER", "KD001",
     "The file <path> cannot be read: it has no intact footer, be it of Parquet or ORC."},
    {"FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH", "KD001",
     "The column <column> of the Parquet file <path> has the type <actualType>, which cannot be "
     "read as <expectedType>."},
    {"INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_PATTERN_RECOGNITION", "42K0B",
     "The datetime pattern <pattern> is one that only Spark 2 understood. Write it with the "
     "letters of <docroot>/sql-ref-datetime-pattern.html."},
    {"INCONSISTENT_BEHAVIOR_CROSS_VERSION.DATETIME_WEEK_BASED_PATTERN", "42K0B",
     "The datetime pattern letter <c> counts in weeks, which is not supported. Use EXTRACT."},
    {"INVALID_CORRUPT_RECORD_TYPE", "42804",
     "The column <columnName> takes the text of corrupt records: it must be a nullable STRING, not "
     "<actualType>."},
    {"INVALID_DATETIME_PATTERN.ILLEGAL_CHARACTER", "22007",
     "The datetime pattern <pattern> has the letter <c>, which is not allowed here."},
    {"INVALID_DATETIME_PATTERN.LENGTH", "22007",
     "The datetime pattern <pattern> repeats a letter too often."},
    {"INVALID_DATETIME_PATTERN.WITH_SUGGESTION", "22007",
     "<pattern> is no datetime pattern. See <docroot>/sql-ref-datetime-pattern.html."},
    {"INVALID_DELIMITER_VALUE.EMPTY_STRING", "42602", "The separator of CSV values is empty."},
    {"INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH", "42602",
     "A single backslash is no separator, since it begins an escape. Write two."},
    {"INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER", "42602",
     "The separator has the escape <str>, which means nothing."},
    {"INVALID_JSON_SCHEMA_MAP_TYPE", "22032",
     "Keys of maps in JSON are of type STRING, unlike in <jsonSchema>."},
    {"INVALID_LINE_SEPARATOR.EMPTY", "22023", "The option lineSep is empty."},
    {"INVALID_LINE_SEPARATOR.TOO_LONG", "22023",
     "The option lineSep has <length> characters; at most 2 are allowed."},
    {"MALFORMED_CSV_RECORD", "KD000", "The CSV record cannot be read: <badRecord>"},
    {"MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION", "22023",
     "A record is malformed: <badRecord>. The parse mode is <failFastMode>; with the option mode "
     "set to PERMISSIVE such records become nulls."},
    {"OPTION_VALUE_EXCEEDS_ONE_CHARACTER", "22023",
     "The option <paramName> takes one character, not <actualValue>."},
    {"PARSE_MODE_UNSUPPORTED", "42601",
     "The function <funcName> has no mode <mode>, only PERMISSIVE and FAILFAST."},
    {"INVALID_XML_SCHEMA_MAP_TYPE", "2200N",
     "Keys of maps in XML are of type STRING, unlike in <xmlSchema>."},
    {"XML_ROW_TAG_MISSING", "42KDF",
     "XML files need the option <rowTag>: the name of the element that is a row."},
    {"_LEGACY_ERROR_TEMP_3238", "", "XML has no form for values of type <dt>."},
    {"UNSUPPORTED_DATA_TYPE_FOR_DATASOURCE", "0A000",
     "The <format> datasource cannot hold the column <columnName> of type <columnType>."},
    {"UNSUPPORTED_FEATURE.WRITE_FOR_BINARY_SOURCE", "0A000",
     "Nothing can be written as binaryFile: it only reads files."},
    {"UNSUPPORTED_FEATURE.QUERY_ONLY_CORRUPT_RECORD_COLUMN", "0A000",
     "A query of raw JSON or CSV files must use more columns than <columnName>, the text of "
     "corrupt records. Save the parsed rows first."},
    {"_LEGACY_ERROR_TEMP_1290", "", "Text has a single column; this schema has <schemaSize>."},
    {"_LEGACY_ERROR_TEMP_3241", "", "<msg>"},
};

}  // namespace

std::span<const ErrorCondition> FormatErrorConditions() { return kConditions; }

}  // namespace thalweg
