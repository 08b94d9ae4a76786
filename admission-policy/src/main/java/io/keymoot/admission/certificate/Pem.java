package io.keymoot.admission.certificate;

import io.keymoot.flatkeying.wire.Bytes;
import io.keymoot.flatkeying.wire.Decoded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * Public things as PEM text: certificates, requests, revocation lists. Private keys are elsewhere.
 */
public final class Pem {
  private Pem() {}

  public static final String CERTIFICATE = "CERTIFICATE";
  public static final String CERTIFICATE_REQUEST = "CERTIFICATE REQUEST";
  public static final String REVOCATION_LIST = "X509 CRL";

  public static String write(String label, Bytes der) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der.toArray());
    return "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n";
  }

  /**
   * All blocks with one label, in their order; text between blocks is for people and skipped,
   * blocks with other labels too.
   */
  public static Decoded<List<Bytes>> read(String label, String text) {
    List<Bytes> found = new ArrayList<>();
    String begin = "-----BEGIN " + label + "-----";
    String end = "-----END " + label + "-----";
    int at = text.indexOf(begin);
    while (at >= 0) {
      int body = at + begin.length();
      int stop = text.indexOf(end, body);
      if (stop < 0) {
        return new Decoded.Malformed<>("a PEM block begins but has no line \"" + end + '"');
      }
      StringBuilder letters = new StringBuilder();
      for (int i = body; i < stop; i++) {
        char c = text.charAt(i);
        if (c != '\n' && c != '\r' && c != ' ' && c != '\t') {
          letters.append(c);
        }
      }
      try {
        found.add(
            Bytes.owning(
                Base64.getDecoder().decode(letters.toString().getBytes(StandardCharsets.UTF_8))));
      } catch (IllegalArgumentException e) {
        return new Decoded.Malformed<>("a PEM block is not base64");
      }
      at = text.indexOf(begin, stop + end.length());
    }
    return found.isEmpty()
        ? new Decoded.Malformed<>("there is no PEM block \"" + begin + '"')
        : new Decoded.Ok<>(List.copyOf(found));
  }
}
