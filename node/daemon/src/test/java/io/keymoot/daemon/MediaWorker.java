package io.keymoot.daemon;

import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * What an application's media worker does with {@code /v1/keys}, written from the documents alone:
 * it speaks install → ack → activate → retire, and seals and opens by RFC 9605, suite 5.
 */
final class MediaWorker implements WebSocket.Listener, AutoCloseable {
  private static final int SUITE = 5;
  private static final int HASH_BYTES = 64;

  /** Of an epoch's revision: base keys by KID. */
  private final Map<String, Map<String, byte[]>> installed = new ConcurrentSkipListMap<>();

  private final Map<String, String> ownKid = new ConcurrentSkipListMap<>();
  private final CopyOnWriteArrayList<JsonObject> heard = new CopyOnWriteArrayList<>();

  /** The server speaks before the constructor is through, and must be answered. */
  private final CompletableFuture<WebSocket> socket = new CompletableFuture<>();

  private CompletableFuture<?> said = socket; // guarded by this

  private byte[] parts = new byte[0];
  private volatile boolean acknowledges = true;
  private volatile @Nullable String active;
  private volatile long lastInstall;
  private long sealed;

  MediaWorker(String api, byte[] mediaToken) throws Exception {
    HttpClient.newHttpClient()
        .newWebSocketBuilder()
        .subprotocols(
            "keymoot.v1",
            "keymoot.token." + new String(mediaToken, StandardCharsets.US_ASCII).strip())
        .buildAsync(URI.create(api.replaceFirst("^http", "ws") + "/v1/keys"), this)
        .get(20, TimeUnit.SECONDS);
  }

  // ---- what it is told

  @Override
  public void onOpen(WebSocket from) {
    socket.complete(from);
    from.request(1);
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer part, boolean last) {
    byte[] more = Arrays.copyOf(parts, parts.length + part.remaining());
    part.get(more, parts.length, part.remaining());
    parts = more;
    if (last) {
      hear(new JsonObject(new String(parts, StandardCharsets.UTF_8)));
      parts = new byte[0];
    }
    from.request(1);
    return null;
  }

  private void hear(JsonObject told) {
    String name = told.getString("epoch") + "." + told.getInteger("revision");
    switch (told.getString("type")) {
      case "install" -> {
        Map<String, byte[]> keys = new LinkedHashMap<>();
        for (Object each : told.getJsonArray("keys")) {
          JsonObject key = (JsonObject) each;
          keys.put(key.getString("kid"), Base64.getUrlDecoder().decode(key.getString("baseKey")));
          if (key.getBoolean("self")) {
            ownKid.put(name, key.getString("kid"));
          }
        }
        installed.put(name, keys);
        lastInstall = told.getLong("seq");
        if (acknowledges) {
          acknowledge();
        }
      }
      case "activate" -> active = name;
      case "retire" -> {
        installed.remove(name);
        if (name.equals(active)) {
          active = null;
        }
      }
      case "status" -> active = null;
      default -> {}
    }
    heard.add(told);
  }

  /** Every base key it was pushed, as text. */
  List<String> baseKeys() {
    return heard.stream()
        .filter(told -> told.getString("type").equals("install"))
        .flatMap(told -> told.getJsonArray("keys").stream())
        .map(key -> ((JsonObject) key).getString("baseKey"))
        .distinct()
        .toList();
  }

  boolean hasHeard(String type) {
    return heard.stream().anyMatch(told -> told.getString("type").equals(type));
  }

  Optional<String> active() {
    return Optional.ofNullable(active);
  }

  /** How many may send under the key in use. */
  int senders() {
    String name = active;
    Map<String, byte[]> keys = name == null ? null : installed.get(name);
    return keys == null ? 0 : keys.size();
  }

  // ---- what it says

  void acknowledges(boolean does) {
    acknowledges = does;
  }

  void acknowledge() {
    say(new JsonObject().put("ack", lastInstall));
  }

  void wantsAFreshKey() {
    say(new JsonObject().put("rekey", true));
  }

  /** One after another: a socket refuses to send before it has sent. */
  private synchronized void say(JsonObject json) {
    said = said.thenCompose(before -> socket.join().sendText(json.encode(), true));
  }

  // ---- frames

  /** In the first of its streams. */
  byte[] seal(String text) throws GeneralSecurityException {
    String name = Optional.ofNullable(active).orElseThrow();
    String kid = Optional.ofNullable(ownKid.get(name)).orElseThrow();
    int stream =
        heard.stream()
            .filter(told -> told.getString("type").equals("streams"))
            .findFirst()
            .orElseThrow()
            .getJsonArray("streams")
            .getInteger(0);
    long counter = 256 * sealed++ + stream;
    byte[] header = header(new BigInteger(kid, 16), counter);
    byte[] key = Optional.ofNullable(installed.get(name)).map(keys -> keys.get(kid)).orElseThrow();
    byte[] body = crypt(Cipher.ENCRYPT_MODE, key, kid, counter, header, text.getBytes(UTF));
    byte[] frame = Arrays.copyOf(header, header.length + body.length);
    System.arraycopy(body, 0, frame, header.length, body.length);
    return frame;
  }

  /** Empty where no key of this KID is installed; by the KID alone, never by trial. */
  Optional<String> open(byte[] frame) throws GeneralSecurityException {
    int config = frame[0] & 0xff;
    int kidBytes = (config >> 7) == 1 ? ((config >> 4) & 7) + 1 : 0;
    int counterBytes = (config & 8) != 0 ? (config & 7) + 1 : 0;
    BigInteger kid =
        kidBytes == 0
            ? BigInteger.valueOf((config >> 4) & 7)
            : new BigInteger(1, Arrays.copyOfRange(frame, 1, 1 + kidBytes));
    int body = 1 + kidBytes + counterBytes;
    long counter =
        counterBytes == 0
            ? config & 7
            : new BigInteger(1, Arrays.copyOfRange(frame, 1 + kidBytes, body)).longValueExact();
    String name = "%016x".formatted(kid);
    for (Map<String, byte[]> keys : installed.values()) {
      byte[] key = keys.get(name);
      if (key != null) {
        byte[] header = Arrays.copyOf(frame, body);
        byte[] sealedBody = Arrays.copyOfRange(frame, body, frame.length);
        return Optional.of(
            new String(crypt(Cipher.DECRYPT_MODE, key, name, counter, header, sealedBody), UTF));
      }
    }
    return Optional.empty();
  }

  private static final java.nio.charset.Charset UTF = StandardCharsets.UTF_8;

  private static byte[] header(BigInteger kid, long counter) {
    byte[] kidBytes = bytes(kid);
    byte[] counterBytes = bytes(BigInteger.valueOf(counter));
    ByteBuffer header = ByteBuffer.allocate(1 + kidBytes.length + counterBytes.length);
    header.put((byte) (0x80 | (kidBytes.length - 1) << 4 | 0x08 | (counterBytes.length - 1)));
    return header.put(kidBytes).put(counterBytes).array();
  }

  /** The fewest bytes that hold it. */
  private static byte[] bytes(BigInteger number) {
    byte[] signed = number.toByteArray();
    return signed[0] == 0 && signed.length > 1
        ? Arrays.copyOfRange(signed, 1, signed.length)
        : signed;
  }

  private static byte[] crypt(
      int mode, byte[] baseKey, String kid, long counter, byte[] header, byte[] input)
      throws GeneralSecurityException {
    byte[] secret = hmac(new byte[HASH_BYTES], baseKey);
    byte[] key = expand(secret, "SFrame 1.0 Secret key ", kid, 32);
    byte[] nonce = expand(secret, "SFrame 1.0 Secret salt ", kid, 12);
    byte[] count = ByteBuffer.allocate(12).putInt(0).putLong(counter).array();
    for (int i = 0; i < nonce.length; i++) {
      nonce[i] ^= count[i];
    }
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, nonce));
    cipher.updateAAD(header);
    return cipher.doFinal(input);
  }

  /** HKDF-Expand for what fits into one block. */
  private static byte[] expand(byte[] secret, String label, String kid, int length)
      throws GeneralSecurityException {
    byte[] text = label.getBytes(StandardCharsets.US_ASCII);
    byte[] info =
        ByteBuffer.allocate(text.length + 8 + 2 + 1)
            .put(text)
            .putLong(Long.parseUnsignedLong(kid, 16))
            .putShort((short) SUITE)
            .put((byte) 1)
            .array();
    return Arrays.copyOf(hmac(secret, info), length);
  }

  private static byte[] hmac(byte[] key, byte[] message) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA512");
    mac.init(new SecretKeySpec(key, "HmacSHA512"));
    return mac.doFinal(message);
  }

  @Override
  public void close() {
    socket.join().abort();
  }
}
