package io.keymoot.flatkeying.keying;

class AdversaryTwoSymbolsTest extends AdversaryTest {
  AdversaryTwoSymbolsTest() {
    super(seed -> seed % 2 == 0);
  }
}
