package io.keymoot.flatkeying.keying;

class AdversaryFourSymbolsTest extends AdversaryTest {
  AdversaryFourSymbolsTest() {
    super(seed -> seed % 2 != 0);
  }
}
