#pragma once

// Arguments that functions of JSON, CSV and XML text share: a schema and options.

#include <map>
#include <string>

#include "thalweg/functions/binding.h"
#include "thalweg/functions/function_registry.h"

namespace thalweg::functions {

/// The options in argument `index`, a constant map of texts; none if there is no such argument.
/// Errors: INVALID_OPTIONS.NON_MAP_FUNCTION, INVALID_OPTIONS.NON_STRING_TYPE.
Result<std::map<std::string, std::string>> ConstantOptions(const Arguments& arguments,
                                                           size_t index);

/// The type whose text argument 1 is: a type, or columns, which are a struct.
/// Errors: INVALID_SCHEMA.NON_STRING_LITERAL, PARSE_EMPTY_STATEMENT and those of the text.
Result<TypePtr> SchemaArgument(const Arguments& arguments);

/// from_csv, to_csv and schema_of_csv.
void RegisterCsvFunctions(FunctionRegistry* registry);
/// from_xml, to_xml and schema_of_xml.
void RegisterXmlFunctions(FunctionRegistry* registry);
/// xpath and its kin.
void RegisterXPathFunctions(FunctionRegistry* registry);

}  // namespace thalweg::functions
