#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"ARROW_TYPE_MISMATCH", "42K0G",
     "Rows of <operation> have the types <actualDataTypes> where <outputTypes> are declared."},
    {"_LEGACY_ERROR_TEMP_3176", "",
     "applyInPandasWithState is unsupported in batch query. Use applyInPandas instead."},
    {"FLATMAPGROUPSWITHSTATE_USER_FUNCTION_ERROR", "39000",
     "The function given to flatMapGroupsWithState failed: <reason>"},
    {"TRANSFORM_WITH_STATE_USER_FUNCTION_ERROR", "39000",
     "The function <function> of the StatefulProcessor failed: <reason>"},
    {"EMITTING_ROWS_OLDER_THAN_WATERMARK_NOT_ALLOWED", "42815",
     "A row was emitted with the event time <emittedRowEventTime>, which is not after the "
     "watermark "
     "<currentWatermark>: stateful operators further on would drop it."},
    {"ILLEGAL_STATE_STORE_VALUE.EMPTY_LIST_VALUE", "42601",
     "An empty list cannot be written to the state variable <stateName>."},
    {"ILLEGAL_STATE_STORE_VALUE.NULL_VALUE", "42601",
     "No value (null) cannot be written to the state variable <stateName>."},
    {"INTERNAL_ERROR_TWS", "XX000", "<message>"},
    {"NOT_NULL_ASSERT_VIOLATION", "42000",
     "The program gave NULL in the column <walkedTypePath>, which takes none."},
    {"STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_HANDLE_STATE", "42802",
     "A StatefulProcessor cannot call <operationType> while its handle is in the state "
     "<handleState>."},
    {"STATEFUL_PROCESSOR_CANNOT_PERFORM_OPERATION_WITH_INVALID_TIME_MODE", "42802",
     "A StatefulProcessor cannot call <operationType> in the time mode <timeMode>."},
    {"STATEFUL_PROCESSOR_DUPLICATE_STATE_VARIABLE_DEFINED", "42802",
     "The StatefulProcessor defines the state variable <stateVarName> twice."},
    {"STATEFUL_PROCESSOR_INCORRECT_TIME_MODE_TO_ASSIGN_TTL", "42802",
     "The state variable <stateName> cannot have a time to live in the time mode <timeMode>: only "
     "in ProcessingTime."},
    {"STATEFUL_PROCESSOR_TTL_DURATION_MUST_BE_POSITIVE", "42802",
     "The time to live of the state variable <stateName> must be greater than zero "
     "(<operationType>)."},
    {"STATEFUL_PROCESSOR_UNKNOWN_TIME_MODE", "42802",
     "There is no time mode <timeMode>: there are 'none', 'processingTime' and 'eventTime'."},
    {"_LEGACY_ERROR_TEMP_2203", "",
     "Cannot set timeout duration without enabling processing time timeout in "
     "[map|flatMap]GroupsWithState."},
    {"_LEGACY_ERROR_TEMP_2204", "",
     "Cannot get event time watermark timestamp without setting watermark before "
     "[map|flatMap]GroupsWithState."},
    {"_LEGACY_ERROR_TEMP_2205", "",
     "Cannot set timeout timestamp without enabling event time timeout in "
     "[map|flatMap]GroupsWithState."},
};

}  // namespace

std::span<const ErrorCondition> CallbackErrorConditions() { return kConditions; }

}  // namespace thalweg
