package io.keymoot.flatkeying.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Hash32;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HkdfTest {
  /** RFC 5869, appendix A.1 to A.3. */
  @ParameterizedTest(name = "test case {0}")
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "1,0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b,000102030405060708090a0b0c,"
            + "f0f1f2f3f4f5f6f7f8f9,42,"
            + "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5,"
            + "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b88718"
            + "5865",
        "2,000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252627"
            + "28292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f,"
            + "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f8081828384858687"
            + "88898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeaf,"
            + "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7"
            + "d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff,"
            + "82,06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244,"
            + "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac78272"
            + "71cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f"
            + "1d87",
        "3,0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b,\"\",\"\",42,"
            + "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04,"
            + "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a"
            + "96c8",
      })
  void givesWhatTheRfcGives(
      int number, String input, String salt, String info, int length, String prk, String output) {
    byte[] extracted = Hkdf.extract(hex(salt), hex(input));
    byte[] raw = hex(info);
    byte[] expanded = Hkdf.expand(extracted, raw, raw.length, length);

    assertThat(Bytes.of(extracted).toHex()).isEqualTo(prk);
    assertThat(Bytes.of(expanded).toHex()).isEqualTo(output);
  }

  @Test
  void outputsOfEveryLengthBeginAlike() {
    byte[] key = hex("aa".repeat(32));
    byte[] whole = Hkdf.expand(key, Info.of("test"), 255 * 32);

    for (int length : List.of(1, 31, 32, 33, 64, 100)) {
      assertThat(whole).startsWith(Hkdf.expand(key, Info.of("test"), length));
    }
    assertThatThrownBy(() -> Hkdf.expand(key, Info.of("test"), 255 * 32 + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theCallersKeyIsLeftAlone() {
    byte[] key = hex("aa".repeat(32));
    byte[] first = Hkdf.expand(key, Info.of("test"));

    assertThat(key).containsOnly(0xaa);
    assertThat(Hkdf.expand(key, Info.of("test"))).isEqualTo(first);
  }

  @Test
  void anInfoIsWipedByItsOneUse() {
    Info info = Info.of("test").secret(hex("bb".repeat(32)));
    byte[] inside = info.array();

    assertThat(inside).contains(0xbb);
    var unused = Hkdf.expand(hex("aa".repeat(32)), info);
    assertThat(inside).containsOnly(0);
  }

  @Test
  void anInfoThatGrowsLeavesNothingBehind() {
    Info info = Info.of("test").secret(hex("bb".repeat(32)));
    byte[] before = info.array();
    info.bytes(new byte[1_000]);

    assertThat(info.array()).isNotSameAs(before);
    assertThat(before).containsOnly(0);
  }

  /** Each of these pairs would be one if lengths were left out. */
  @Test
  void fieldsNeverRunTogether() {
    Hash32 hash = Hash32.sha256();

    assertThat(infos(Info.of("te").bytes(hex("61")), Info.of("tea"))).doesNotHaveDuplicates();
    assertThat(infos(Info.of("x").text("a").text("bc"), Info.of("x").text("ab").text("c")))
        .doesNotHaveDuplicates();
    assertThat(infos(Info.of("x").bytes(hash.toArray()), Info.of("x").hash(hash)))
        .doesNotHaveDuplicates();
  }

  private static List<Bytes> infos(Info... infos) {
    return List.of(infos).stream().map(each -> Bytes.of(each.array(), 0, each.length())).toList();
  }

  private static byte[] hex(String hex) {
    return Bytes.fromHex(hex).toArray();
  }
}
