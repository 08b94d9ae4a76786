package io.keymoot.admission.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import io.keymoot.admission.World;
import io.keymoot.flatkeying.wire.Decoded;
import java.util.List;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.DERT61String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PatternTest {
  private final World w = new World();
  private final Certificate root = Certificate.decode(w.rootDer).orThrow();
  private final Certificate site = Certificate.decode(w.siteDer).orThrow();
  private final Certificate door =
      Certificate.decode(
              w.door()
                  .names(
                      new GeneralName(GeneralName.dNSName, "Door-7.Ward.example.org"),
                      new GeneralName(GeneralName.rfc822Name, "door@example.org"),
                      new GeneralName(GeneralName.uniformResourceIdentifier, "urn:example:door/7"),
                      new GeneralName(
                          GeneralName.uniformResourceIdentifier,
                          "spiffe://example.org/ward/3/door/7"))
                  .sign())
          .orThrow();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cn=door 7",
        "cn=door *",
        "cn=*",
        "o=Example & ou=Doors",
        "dns=door-7.ward.example.org",
        "dns=DOOR-7.*.example.org",
        "email=*@example.org",
        "uri=urn:example:door/*",
        "spiffe=spiffe://example.org/ward/3/door/7",
        "spiffe=spiffe://example.org/ward/*/door/*",
        "spiffe=spiffe://example.org/ward/**",
        "spiffe=spiffe://example.org/**/7",
        "role=chair",
        "issuer.cn=Ward 3",
        "anchor.cn=Example root & anchor.o=Example",
      })
  void matches(String pattern) {
    assertThat(Pattern.parse(pattern).orThrow().matches(door, site, root, List.of("chair")))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cn=door",
        "cn=Door 7",
        "cn=oor 7",
        "o=Example & ou=Windows",
        "dns=*.example.org",
        "dns=example.org",
        "email=*@example.com",
        "spiffe=spiffe://example.org/ward/*",
        "spiffe=spiffe://example.org/ward",
        "spiffe=spiffe://example.com/**",
        "uri=spiffe://example.org/*",
        "role=medic",
        "issuer.cn=Example root",
        "anchor=0123456789abcdef",
      })
  void doesNotMatch(String pattern) {
    assertThat(Pattern.parse(pattern).orThrow().matches(door, site, root, List.of("chair")))
        .isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                    | is not of the form field=value
          cn=                   | is not of the form field=value
          =door                 | is not of the form field=value
          door 7                | is not of the form field=value
          CN=door               | "CN" is not a field
          subject.cn=door       | "subject.cn" is not a field
          cn=a & colour=b       | "colour" is not a field
          cn=a &  & o=b         | is not of the form field=value
          spiffe=example.org/x  | does not begin with spiffe://
          anchor=0123           | the first 16 or more hex digits
          anchor=0123456789abcdeg | the first 16 or more hex digits
          role chair            | does not read role NAME: …
          role : cn=x           | does not read role NAME: …
          """)
  void anErrorSaysWhatIsWrong(String pattern, String reason) {
    assertThat(Pattern.parse(pattern))
        .isInstanceOfSatisfying(
            Decoded.Malformed.class, bad -> assertThat(bad.reason()).contains(reason));
  }

  @Test
  void aPatternThatIsAllStarsTakesNoLongerThanItsLength() {
    String glob = "*a".repeat(120);
    String value = "a".repeat(4_000) + "b";

    assertThat(Pattern.globMatches(glob, value, '/')).isFalse();
    assertThat(Pattern.globMatches(glob + "b", value, '/')).isTrue();
  }

  @Test
  void aNameInAnOldKindOfStringIsMatchedByItsHexOnly() {
    Certificate teletex =
        Certificate.decode(
                w.door()
                    .subjectRaw(
                        new DERSequence(
                            new DERSet(
                                new DERSequence(
                                    new ASN1Encodable[] {
                                      new ASN1ObjectIdentifier("2.5.4.3"),
                                      new DERT61String("door 7")
                                    }))))
                    .sign())
            .orThrow();

    assertThat(Pattern.parse("cn=door 7").orThrow().matches(teletex, site, root, List.of()))
        .isFalse();
  }
}
