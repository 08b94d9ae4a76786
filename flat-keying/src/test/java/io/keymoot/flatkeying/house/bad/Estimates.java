package io.keymoot.flatkeying.house.bad;

import java.util.function.DoubleUnaryOperator;

/** Breaks the rule against rough maths, once in each method. */
final class Estimates {
  double byLogarithm(double of) {
    return Math.log(of) / Math.log(2);
  }

  double byPower(double of) {
    return Math.pow(2, of);
  }

  DoubleUnaryOperator byReference() {
    return Math::exp;
  }
}
