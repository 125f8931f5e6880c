// md5, sha1, sha2, crc32.

#include <array>

#include <openssl/evp.h>

#include "thalweg/functions/declaration.h"
#include "thalweg/functions/encoding_family.h"

namespace thalweg::functions {
namespace {

using arrow::binary;
using arrow::utf8;
using std::string_view;

Status AppendDigest(const EVP_MD* algorithm, string_view bytes, std::string* out) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, algorithm, nullptr) != 1) {
    return Status::Invalid("the digest is not available in this OpenSSL");
  }
  constexpr string_view kDigits = "0123456789abcdef";
  for (unsigned int i = 0; i < length; ++i) {
    *out += kDigits[digest[i] >> 4];
    *out += kDigits[digest[i] & 15];
  }
  return Status::OK();
}

const EVP_MD* Sha2Algorithm(int32_t bits) {
  switch (bits) {
    case 224:
      return EVP_sha224();
    case 0:
    case 256:
      return EVP_sha256();
    case 384:
      return EVP_sha384();
    case 512:
      return EVP_sha512();
    default:
      return nullptr;
  }
}

Result<std::optional<std::string>> Sha2(string_view bytes, int32_t bits) {
  const EVP_MD* algorithm = Sha2Algorithm(bits);
  if (algorithm == nullptr) return std::nullopt;
  std::string out;
  ARROW_RETURN_NOT_OK(AppendDigest(algorithm, bytes, &out));
  return std::optional<std::string>(std::move(out));
}

constexpr std::array<uint32_t, 256> MakeCrcTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit)
      value = (value & 1) != 0 ? 0xEDB88320u ^ (value >> 1) : value >> 1;
    table[i] = value;
  }
  return table;
}

int64_t Crc32(string_view bytes) {
  static constexpr auto kTable = MakeCrcTable();
  uint32_t crc = 0xFFFFFFFFu;
  for (const char c : bytes)
    crc = kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ (crc >> 8);
  return static_cast<int64_t>(crc ^ 0xFFFFFFFFu);
}

/// A function of bytes, which a string is taken for as it is.
void DeclareOfBytes(FunctionRegistry* registry, const std::vector<std::string>& names,
                    std::string usage, std::string example, TypePtr type,
                    expr::ScalarKernel kernel) {
  DeclareBinder(
      registry, names, "hash_funcs", std::move(usage), std::move(example),
      [type, kernel](const std::string& name,
                     const Arguments& arguments) -> Result<expr::BoundFunction> {
        ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 1, 1));
        ARROW_ASSIGN_OR_RAISE(auto bytes, AcceptAsOneOf(arguments, 0, {binary(), utf8()}));
        return MakeBound(name, arguments, {bytes}, type, kernel);
      });
}

Result<expr::BoundFunction> BindSha2(const std::string& name, const Arguments& arguments) {
  ARROW_RETURN_NOT_OK(CheckArgumentCount(name, arguments, 2, 2));
  ARROW_ASSIGN_OR_RAISE(auto bytes, AcceptAsOneOf(arguments, 0, {binary(), utf8()}));
  ARROW_ASSIGN_OR_RAISE(auto bits, AcceptAs(arguments, 1, arrow::int32()));
  auto bound = MakeBound(name, arguments, {bytes, bits}, utf8(),
                         expr::RowKernel<std::string, string_view, int32_t>(utf8(), Sha2));
  bound.nullable = true;
  return bound;
}

}  // namespace

void RegisterDigestFunctions(FunctionRegistry* registry) {
  DeclareOfBytes(registry, {"md5"}, "md5(expr) - Returns the MD5 digest in hexadecimal.",
                 "SELECT md5('Spark');", utf8(),
                 TextKernel<string_view>(utf8(), [](std::string* out, string_view bytes) -> Status {
                   return AppendDigest(EVP_md5(), bytes, out);
                 }));
  DeclareOfBytes(registry, {"sha", "sha1"}, "sha1(expr) - Returns the SHA-1 digest in hexadecimal.",
                 "SELECT sha1('Spark');", utf8(),
                 TextKernel<string_view>(utf8(), [](std::string* out, string_view bytes) -> Status {
                   return AppendDigest(EVP_sha1(), bytes, out);
                 }));
  DeclareBinder(registry, {"sha2"}, "hash_funcs",
                "sha2(expr, bits) - Returns the digest of the SHA-2 family: 224, 256, 384 or 512 "
                "bits (0 is 256), else NULL.",
                "SELECT sha2('Spark', 256);", BindSha2);
  DeclareOfBytes(registry, {"crc32"}, "crc32(expr) - Returns the CRC-32 checksum as a bigint.",
                 "SELECT crc32('Spark');", arrow::int64(),
                 expr::RowKernel<int64_t, string_view>(arrow::int64(), Crc32));
}

}  // namespace thalweg::functions
