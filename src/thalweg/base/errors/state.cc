#include <array>

#include "thalweg/base/error_conditions.h"

namespace thalweg {
namespace {

constexpr ErrorCondition kConditions[] = {
    {"CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS", "58030",
     "The state cannot be loaded: the change file <fileToRead>, which epoch <epoch> needs, does "
     "not exist."},
    {"CANNOT_LOAD_STATE_STORE.CANNOT_READ_MISSING_SNAPSHOT_FILE", "58030",
     "The state cannot be loaded: the snapshot file <fileToRead>, which epoch <epoch> needs, does "
     "not exist."},
    {"CANNOT_LOAD_STATE_STORE.CORRUPT_FILE", "58030",
     "The state cannot be loaded: the file <file>, which epoch <epoch> needs, is damaged: "
     "<reason>."},
    {"CANNOT_LOAD_STATE_STORE.INVALID_CHANGE_LOG_READER_VERSION", "58030",
     "The state cannot be loaded: the file <file>, which epoch <epoch> needs, has format version "
     "<version>, which this release does not know."},
    {"CANNOT_LOAD_STATE_STORE.KEY_GROUPS_DIFFER", "58030",
     "The state cannot be loaded: the file <file> was written with <stored> key groups, the query "
     "uses <expected>."},
    {"CANNOT_LOAD_STATE_STORE.UNCATEGORIZED", "58030", "The state cannot be loaded: <reason>."},
    {"STATE_STORE_KEY_SCHEMA_NOT_COMPATIBLE", "XXKST",
     "The key columns of the query do not fit the stored state. Stored: <storedKeySchema>. New: "
     "<newKeySchema>. Check the number and the types of the fields."},
    {"STATE_STORE_VALUE_SCHEMA_NOT_COMPATIBLE", "XXKST",
     "The values of the query do not fit the stored state. Stored: <storedValueSchema>. New: "
     "<newValueSchema>. Check the number and the types of the fields."},
};

}  // namespace

std::span<const ErrorCondition> StateErrorConditions() { return kConditions; }

}  // namespace thalweg
