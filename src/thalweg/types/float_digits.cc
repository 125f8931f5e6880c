#include "thalweg/types/float_digits.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <compare>

namespace thalweg {
namespace {

constexpr int kFractionBits = 52;
constexpr int kMaxSmallPowerOfFive = 27;  // 5^27 is the last that fits 64 bits

/// A number of the form fraction * 2^(exponent - 52), the fraction's highest bit being bit 52.
struct Parts {
  uint64_t fraction;
  int exponent;
  int significant_bits;
};

constexpr std::array<uint64_t, kMaxSmallPowerOfFive + 1> MakePowersOfFive() {
  std::array<uint64_t, kMaxSmallPowerOfFive + 1> powers{1};
  for (size_t i = 1; i < powers.size(); ++i) powers[i] = powers[i - 1] * 5;
  return powers;
}
constexpr auto kPowersOfFive = MakePowersOfFive();

/// Bits that a product grows by with 5^power; for powers without a table an upper bound.
int BitsOfPowerOfFive(int power) {
  if (power == 0) return 0;
  if (power > kMaxSmallPowerOfFive) return 3 * power;
  return static_cast<int>(std::bit_width(kPowersOfFive[power]));
}

/// An unsigned number of at most 1,280 bits: enough for every term below.
class WideNumber {
 public:
  /// value * 5^fives * 2^twos
  WideNumber(uint64_t value, int fives, int twos) {
    words_[0] = static_cast<uint32_t>(value);
    words_[1] = static_cast<uint32_t>(value >> 32);
    size_ = 2;
    for (; fives >= 13; fives -= 13) Multiply(1220703125);  // 5^13
    Multiply(static_cast<uint32_t>(kPowersOfFive[fives]));
    ShiftLeft(twos);
    Trim();
  }

  void Multiply(uint32_t factor) {
    uint64_t carry = 0;
    for (int i = 0; i < size_; ++i) {
      carry += static_cast<uint64_t>(words_[i]) * factor;
      words_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry > 0) words_[size_++] = static_cast<uint32_t>(carry);
  }

  /// The quotient, below 10, of this and `divisor`; leaves the rest.
  int DivideBy(const WideNumber& divisor) {
    int quotient = 0;
    while (*this >= divisor) {
      Subtract(divisor);
      ++quotient;
    }
    return quotient;
  }

  WideNumber Plus(const WideNumber& other) const {
    WideNumber sum = *this;
    uint64_t carry = 0;
    const int size = std::max(size_, other.size_);
    for (int i = 0; i < size; ++i) {
      carry += static_cast<uint64_t>(words_[i]) + other.words_[i];
      sum.words_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    sum.size_ = size;
    if (carry > 0) sum.words_[sum.size_++] = static_cast<uint32_t>(carry);
    return sum;
  }

  std::strong_ordering operator<=>(const WideNumber& other) const {
    if (size_ != other.size_) return size_ <=> other.size_;
    for (int i = size_ - 1; i >= 0; --i) {
      if (words_[i] != other.words_[i]) return words_[i] <=> other.words_[i];
    }
    return std::strong_ordering::equal;
  }

 private:
  void ShiftLeft(int bits) {
    const int whole = bits / 32;
    const int rest = bits % 32;
    if (rest > 0) Multiply(uint32_t{1} << rest);
    if (whole == 0) return;
    for (int i = size_ - 1; i >= 0; --i) words_[i + whole] = words_[i];
    std::fill_n(words_.begin(), whole, 0);
    size_ += whole;
  }

  void Subtract(const WideNumber& other) {
    int64_t borrow = 0;
    for (int i = 0; i < size_; ++i) {
      borrow += static_cast<int64_t>(words_[i]) - other.words_[i];
      words_[i] = static_cast<uint32_t>(borrow);
      borrow >>= 32;
    }
    Trim();
  }

  void Trim() {
    while (size_ > 0 && words_[size_ - 1] == 0) --size_;
  }

  std::array<uint32_t, 44> words_{};
  int size_ = 0;
};

/// The terms of the digit loop: value = numerator / denominator * 10^exponent, and margin /
/// denominator is how far a result may be off and still read back the same.
struct Terms {
  uint64_t fraction;
  int fraction_bits;
  int numerator_fives, numerator_twos;
  int denominator_fives, denominator_twos;
  int margin_twos;
  int exponent;
};

int EstimatedExponent(uint64_t fraction, int exponent) {
  const double mantissa = std::ldexp(static_cast<double>(fraction), -kFractionBits);
  return static_cast<int>(
      std::floor((mantissa - 1.5) * 0.289529654 + 0.176091259 + exponent * 0.301029995663981));
}

Terms MakeTerms(const Parts& parts) {
  const int trailing = std::countr_zero(parts.fraction);
  Terms terms{};
  terms.fraction = parts.fraction >> trailing;
  terms.fraction_bits = kFractionBits + 1 - trailing;
  const int below_point = std::max(0, terms.fraction_bits - parts.exponent - 1);
  terms.exponent = EstimatedExponent(parts.fraction, parts.exponent);
  terms.numerator_fives = std::max(0, -terms.exponent);
  terms.denominator_fives = std::max(0, terms.exponent);
  terms.numerator_twos = terms.numerator_fives + below_point + parts.exponent;
  terms.denominator_twos = terms.denominator_fives + below_point;
  terms.margin_twos = terms.numerator_twos - parts.significant_bits;
  terms.numerator_twos -= terms.fraction_bits - 1;
  const int common = std::min(terms.numerator_twos, terms.denominator_twos);
  terms.numerator_twos -= common;
  terms.denominator_twos -= common;
  terms.margin_twos -= common;
  // Below a power of two the neighbour is only half as far away.
  if (terms.fraction_bits == 1) --terms.margin_twos;
  if (terms.margin_twos < 0) {
    terms.numerator_twos -= terms.margin_twos;
    terms.denominator_twos -= terms.margin_twos;
    terms.margin_twos = 0;
  }
  return terms;
}

void Append(int digit, FloatDigits* digits) {
  digits->text[digits->count++] = static_cast<char>('0' + digit);
}

void RoundUp(FloatDigits* digits) {
  int at = digits->count - 1;
  while (at > 0 && digits->text[at] == '9') digits->text[at--] = '0';
  if (digits->text[at] != '9') {
    ++digits->text[at];
    return;
  }
  digits->text[at] = '1';  // all nines
  ++digits->exponent;
}

/// What the last step of a digit loop knows: whether the digits so far are near enough from below
/// and from above, and to which side of the middle the rest lies.
struct LoopEnd {
  bool low;
  bool high;
  std::strong_ordering rest_to_half = std::strong_ordering::equal;
};

void RoundLast(const LoopEnd& end, FloatDigits* digits) {
  if (!end.high) return;
  if (!end.low || end.rest_to_half > 0) {
    RoundUp(digits);
  } else if (end.rest_to_half == 0 && (digits->text[digits->count - 1] & 1) != 0) {
    RoundUp(digits);
  }
}

/// Outside plain notation at least two digits are made.
bool WantsSecondDigit(int exponent) { return exponent < -3 || exponent >= 8; }

/// The loop in machine words. Sums and products wrap as Java's do.
template <typename Word>
LoopEnd MachineDigits(const Terms& terms, FloatDigits* digits) {
  using Unsigned = std::make_unsigned_t<Word>;
  const auto times_ten = [](Word value) {
    return static_cast<Word>(static_cast<Unsigned>(value) * 10);
  };
  const auto sum = [](Word left, Word right) {
    return static_cast<Word>(static_cast<Unsigned>(left) + static_cast<Unsigned>(right));
  };
  const Word fives = static_cast<Word>(kPowersOfFive[terms.numerator_fives]);
  Word numerator = static_cast<Word>(
      static_cast<Unsigned>(terms.fraction) * static_cast<Unsigned>(fives) << terms.numerator_twos);
  const Word denominator = static_cast<Word>(
      static_cast<Unsigned>(kPowersOfFive[terms.denominator_fives]) << terms.denominator_twos);
  Word margin = times_ten(static_cast<Word>(static_cast<Unsigned>(fives) << terms.margin_twos));
  const Word ten_denominators = times_ten(denominator);
  int digit = static_cast<int>(numerator / denominator);
  numerator = times_ten(static_cast<Word>(numerator % denominator));
  LoopEnd end{numerator<margin, sum(numerator, margin)> ten_denominators};
  if (digit == 0 && !end.high) {
    --digits->exponent;
  } else {
    Append(digit, digits);
  }
  if (WantsSecondDigit(digits->exponent)) end.low = end.high = false;
  while (!end.low && !end.high) {
    digit = static_cast<int>(numerator / denominator);
    numerator = times_ten(static_cast<Word>(numerator % denominator));
    margin = times_ten(margin);
    // A margin that left the word is larger than anything.
    end.low = margin <= 0 || numerator < margin;
    end.high = margin <= 0 || sum(numerator, margin) > ten_denominators;
    Append(digit, digits);
  }
  end.rest_to_half = sum(numerator, numerator) <=> ten_denominators;
  return end;
}

LoopEnd WideDigits(const Terms& terms, FloatDigits* digits) {
  WideNumber numerator(terms.fraction, terms.numerator_fives, terms.numerator_twos);
  const WideNumber denominator(1, terms.denominator_fives, terms.denominator_twos);
  WideNumber margin(1, terms.numerator_fives, terms.margin_twos);
  WideNumber ten_denominators = denominator;
  ten_denominators.Multiply(10);
  LoopEnd end{};
  const auto step = [&] {
    const int digit = numerator.DivideBy(denominator);
    numerator.Multiply(10);
    margin.Multiply(10);
    end.low = numerator < margin;
    end.high = numerator.Plus(margin) >= ten_denominators;
    return digit;
  };
  const int first = step();
  if (first == 0 && !end.high) {
    --digits->exponent;
  } else {
    Append(first, digits);
  }
  if (WantsSecondDigit(digits->exponent)) end.low = end.high = false;
  while (!end.low && !end.high) Append(step(), digits);
  if (end.low && end.high) end.rest_to_half = numerator.Plus(numerator) <=> ten_denominators;
  return end;
}

/// The digits of a whole number below 2^63. Of one with more bits than are significant the decimal
/// digits that mean nothing are rounded away first.
FloatDigits WholeDigits(const Parts& parts) {
  uint64_t value = parts.exponent >= kFractionBits
                       ? parts.fraction << (parts.exponent - kFractionBits)
                       : parts.fraction >> (kFractionBits - parts.exponent);
  const int spare_bits = parts.exponent - parts.significant_bits - 1;
  const int dropped = spare_bits > 1 ? static_cast<int>(spare_bits * 0.30103) : 0;
  if (dropped > 0) {
    const uint64_t unit = kPowersOfFive[dropped] << dropped;
    const uint64_t rest = value % unit;
    value = value / unit + (rest >= unit / 2 ? 1 : 0);
  }
  char reversed[24];
  int length = 0;
  for (; value > 0; value /= 10) reversed[length++] = static_cast<char>('0' + value % 10);
  FloatDigits digits;
  digits.exponent = dropped + length;
  while (length > 0) digits.text[digits.count++] = reversed[--length];
  return digits;
}

bool IsSmallWhole(const Parts& parts) {
  const int fraction_bits = kFractionBits + 1 - std::countr_zero(parts.fraction);
  return parts.exponent <= 62 && parts.exponent >= fraction_bits - 1;
}

FloatDigits MakeDigits(const Parts& parts) {
  FloatDigits digits;
  if (IsSmallWhole(parts)) {
    digits = WholeDigits(parts);
  } else {
    const Terms terms = MakeTerms(parts);
    digits.exponent = terms.exponent;
    const int numerator_bits =
        terms.fraction_bits + terms.numerator_twos + BitsOfPowerOfFive(terms.numerator_fives);
    const int denominator_bits =
        terms.denominator_twos + 1 + BitsOfPowerOfFive(terms.denominator_fives + 1);
    LoopEnd end{};
    if (numerator_bits < 32 && denominator_bits < 32) {
      end = MachineDigits<int32_t>(terms, &digits);
    } else if (numerator_bits < 64 && denominator_bits < 64) {
      end = MachineDigits<int64_t>(terms, &digits);
    } else {
      end = WideDigits(terms, &digits);
    }
    ++digits.exponent;
    RoundLast(end, &digits);
  }
  while (digits.count > 1 && digits.text[digits.count - 1] == '0') --digits.count;
  return digits;
}

/// Splits the bits of a number whose fraction has `kBits` bits.
template <int kBits, typename Word>
Parts Split(Word bits, int bias) {
  const uint64_t fraction = bits & ((Word{1} << kBits) - 1);
  const int exponent = static_cast<int>(bits >> kBits);
  if (exponent > 0) {
    const uint64_t whole = fraction | (uint64_t{1} << kBits);
    return {whole << (kFractionBits - kBits), exponent - bias, kBits + 1};
  }
  const int width = static_cast<int>(std::bit_width(fraction));  // subnormal
  return {fraction << (kFractionBits + 1 - width), width - kBits - bias, width};
}

}  // namespace

FloatDigits JavaDigits(double value) {
  return MakeDigits(Split<kFractionBits>(std::bit_cast<uint64_t>(value), 1023));
}

FloatDigits JavaDigits(float value) {
  return MakeDigits(Split<23>(std::bit_cast<uint32_t>(value), 127));
}

}  // namespace thalweg
