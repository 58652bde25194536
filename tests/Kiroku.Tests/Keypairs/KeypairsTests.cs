using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Utilities;
using Org.BouncyCastle.Utilities.IO.Pem;

namespace Kiroku.Tests.Keypairs;

public sealed class KeypairsTests : IAsyncLifetime
{
    /// <summary>Keys made by other programs, with the fingerprints that another library computes.</summary>
    public static readonly TheoryData<string, string> Keys = new()
    {
        {
            "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDA0izQ7LAm1g0jYozdlNv34BMlRajjHg5i2OAYqzffzZYOjc0ZLT0nz3T5PJD7fh5ID"
                + "d2mXo3zmX5YFMIFarAHm/07LBa/41OnstMhJzawXx+XaPrkfaAyZ5C2b6Uy06UBQ9yLmLBRUf5PfeC5FPpJfGd+ZQyjn/8Vhgom"
                + "F6VEtf0elnfhce52ifgFXWCUu/ZQJrR0mCWL7POLLR4c7gt5F0h87tAfBWnitruddfsK4GP96TRgBzHAIcpHl1s9TQm7kFi3zTn"
                + "+ukR21FeTcEXwUT85RZwpx3NV7Fy8+lXFAeKSi69m9onRgYMoJoKP5v734y0rCSNg4yFR2/O2xODx me@here\n",
            "b3:20:12:6b:8f:8b:3d:1c:52:f4:c8:27:b4:e9:95:23"
        },
        {
            "ecdsa-sha2-nistp256 "
                + "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMF0GwcUYIRz4nXngZNG7+WeKJuGmirOSlLsmHQthzB+4VO"
                + "mHua510Z9nK7AmBiCIrsLulHdylMIxT7ToEMpDNA=",
            "bb:ab:ac:d9:a0:a0:25:8d:ed:64:ba:85:19:0f:46:a6"
        },
        {
            "ecdsa-sha2-nistp521 "
                + "AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBABjdQzAklyLqUB3EN6e8i//bAzYCDYl8k0hadRIx2ohMLe"
                + "h479huyngAMJ5LuRhugKzv5+k3zvGuKcQVeRk2B3XwwBbU/7lS06u9UCf06JDm3F8uEc51SzohTOrTf/ug2WG2WSzAO3FPR2n6S"
                + "QCdmfTeh5C2obZ03TROiN3oiAXaLA1hQ==",
            "99:8e:58:bd:b3:e6:71:19:42:0a:99:7e:64:66:e3:9e"
        },
        { Ed25519, "76:49:92:e2:6a:b0:29:92:a0:ab:f3:34:75:53:96:ec" },
    };

    private const string Ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrt+XjSPmVTpVg1J/hBlsi/0fetgBmf/SZEyo2HKdlW";
    private const string Path = "/v2.1/os-keypairs";
    private TestApp app = null!;
    private TestUser demo = null!;
    private TestUser admin = null!;

    public async ValueTask InitializeAsync()
    {
        app = await TestApp.StartAsync(builder => builder.Configuration["Quotas:KeyPairs"] = "4");
        (demo, admin) = (await app.SignInAsync(), await app.SignInAsync("admin"));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Theory]
    [MemberData(nameof(Keys))]
    public async Task An_imported_key_is_stored_unchanged_with_its_fingerprint(string key, string fingerprint)
    {
        var made = await MadeAsync("2.92", new() { ["name"] = "m@y.key", ["public_key"] = key });
        Assert.Equal(["name", "public_key", "fingerprint", "type", "user_id"], Names(made));
        Assert.Equal((key, fingerprint, demo.UserId),
            ((string)made["public_key"]!, (string)made["fingerprint"]!, (string)made["user_id"]!));

        var shown = (await demo.GetJsonAsync($"{Path}/m@y.key", Version("2.2")))["keypair"]!;
        Assert.Equal(
            ["name", "public_key", "fingerprint", "type", "user_id", "created_at", "deleted", "deleted_at", "id",
                "updated_at"], Names(shown));
        Assert.Equal(fingerprint, (string)shown["fingerprint"]!);
        using var deleted = await demo.DeleteAsync($"{Path}/m@y.key", Version("2.2"));
        Assert.Equal(204, (int)deleted.StatusCode);
        using var gone = await demo.GetAsync($"{Path}/m@y.key");
        Assert.Equal((404, $"Keypair m@y.key not found for user {demo.UserId}"), await RefusalAsync(gone));
    }

    [Fact]
    public async Task A_generated_private_key_matches_its_public_key()
    {
        var made = await MadeAsync("2.1", new() { ["name"] = "new" });
        Assert.Equal(["private_key", "name", "public_key", "fingerprint", "user_id"], Names(made));
        using var pem = new PemReader(new StringReader((string)made["private_key"]!));
        var read = (Ed25519PrivateKeyParameters)OpenSshPrivateKeyUtilities.ParsePrivateKeyBlob(
            pem.ReadPemObject().Content);
        var line = ((string)made["public_key"]!).Split(' ');
        Assert.Equal("ssh-ed25519", line[0]);
        Assert.Equal(
            OpenSshPublicKeyUtilities.EncodePublicKey(read.GeneratePublicKey()), Convert.FromBase64String(line[1]));
        Assert.Null((await demo.GetJsonAsync($"{Path}/new"))["keypair"]!["private_key"]);
    }

    [Theory]
    [InlineData("2.1", 200, 202)]
    [InlineData("2.2", 201, 204)]
    [InlineData("2.96", 201, 204)]
    public async Task Each_microversion_has_its_statuses(string version, int created, int deleted)
    {
        using var made = await PostAsync(version, new() { ["name"] = "a", ["public_key"] = Ed25519 });
        Assert.Equal(created, (int)made.StatusCode);
        using var gone = await demo.DeleteAsync($"{Path}/a", Version(version));
        Assert.Equal(deleted, (int)gone.StatusCode);
    }

    [Theory]
    [InlineData("2.92", """{"name":"a"}""", "'public_key' is a required property")]
    [InlineData("2.1", """{"name":"a.b"}""",
        @"Invalid input for field/attribute name. Value: a.b. 'a.b' does not match '^[_\\- a-zA-Z0-9]+$'")]
    [InlineData("2.92", """{"name":"schlüssel","public_key":"KEY"}""", null)]
    [InlineData("2.92", """{"name":"a\nb","public_key":"KEY"}""", null)]
    [InlineData("2.92", """{"name":"a\u0000","public_key":"KEY"}""", null)]
    [InlineData("2.92", """{"name":"\u202ea","public_key":"KEY"}""", null)]
    [InlineData("2.92", """{"name":"\ud83d\udd11","public_key":"KEY"}""", null)]
    [InlineData("2.92", """{"name":" a","public_key":"KEY"}""", null)]
    [InlineData(
        "2.1", """{"name":"a","type":"ssh"}""", "Additional properties are not allowed ('type' was unexpected)")]
    [InlineData(
        "2.2", """{"name":"a","user_id":"x"}""", "Additional properties are not allowed ('user_id' was unexpected)")]
    [InlineData("2.2", """{"name":"a","type":"pgp"}""",
        "Invalid input for field/attribute type. Value: pgp. 'pgp' is not one of ['ssh', 'x509']")]
    [InlineData("2.2", """{"name":"a","type":"x509","public_key":"nonsense"}""", null)]
    [InlineData("2.92", """{"name":"a","public_key":null}""",
        "Invalid input for field/attribute public_key. Value: None. None is not of type 'string'")]
    public async Task A_wrong_request_is_refused_in_Novas_words(string version, string keypair, string? words)
    {
        var body = $$"""{"keypair":{{keypair.Replace("KEY", Ed25519, StringComparison.Ordinal)}}}""";
        using var answer = await demo.PostAsync(Path, body, Version(version));
        var (status, message) = await RefusalAsync(answer);
        Assert.Equal(400, status);
        Assert.EndsWith(words ?? message, message, StringComparison.Ordinal);
        await AssertNoneAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("ssh-ed25519")]
    [InlineData("ssh-ed25519 ")]
    [InlineData("ssh-ed25519 AAAA")]
    [InlineData("ssh-ed25519 no base64 at all")]
    [InlineData("ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIJrt+XjSPmVTpVg1J/hBlsi/0fetgBmf/SZEyo2HKdlW")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrt+XjSPmVTpVg1J/hBlsi/0fetgBmf/SZEyo2HKQ==")]
    [InlineData("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrt+XjSPmVTpVg1J/hBlsi/0fetgBmf/SZEyo2HKdlWAAAA")]
    [InlineData("ecdsa-sha2-nistp256 "
        + "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBMF0GwcUYIRz4nXngZNG7+WeKJuGmirOSlLsmHQthzB+4VOmHua510Z"
        + "9nK7AmBiCIrsLulHdylMIxT7ToEMpDNE=")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----")]
    [InlineData("ssh-rsa\0 AAAA")]
    public async Task An_invalid_key_is_refused(string key)
    {
        using var answer = await PostAsync("2.92", new() { ["name"] = "a", ["public_key"] = key });
        Assert.Equal((400, "Keypair data is invalid: failed to generate fingerprint"), await RefusalAsync(answer));
        await AssertNoneAsync();
    }

    [Fact]
    public async Task A_certificate_is_made_for_whoever_brings_none_with_its_key_in_PKCS_12()
    {
        var made = await MadeAsync("2.2", new() { ["name"] = "windows", ["type"] = "x509" });

        using var shown = X509Certificate2.CreateFromPem((string)made["public_key"]!);
        using var kept = X509CertificateLoader.LoadPkcs12(
            Convert.FromBase64String((string)made["private_key"]!), "");
        Assert.True(kept.HasPrivateKey);
        Assert.Equal(shown.RawData, kept.RawData);
        Assert.Equal(
            ($"CN={demo.UserId}", $"{demo.UserId}@localhost"),
            (shown.Subject, shown.GetNameInfo(X509NameType.UpnName, forIssuer: false)));
        var fingerprint = ((string)made["fingerprint"]!).Replace(":", "", StringComparison.Ordinal);
        Assert.Equal(shown.Thumbprint, fingerprint, ignoreCase: true);
        Assert.Equal("x509", (string)made["type"]!);
    }

    [Fact]
    public async Task A_name_is_unique_for_each_user_and_the_quota_holds()
    {
        foreach (var name in new[] { "a", "b", "c", "d" })
            await MadeAsync("2.1", new() { ["name"] = name });
        using var fifth = await PostAsync("2.1", new() { ["name"] = "e" });
        Assert.Equal((403, "Quota exceeded, too many key pairs."), await RefusalAsync(fifth));
        using var other = await admin.PostAsync(Path, """{"keypair":{"name":"a"}}""");
        Assert.Equal(200, (int)other.StatusCode);
        using var again = await admin.PostAsync(Path, """{"keypair":{"name":"a"}}""");
        Assert.Equal((409, "Key pair 'a' already exists."), await RefusalAsync(again));
    }

    [Fact]
    public async Task Lists_come_whole_and_from_2_35_on_in_pages()
    {
        foreach (var name in new[] { "c", "a", "b" })
            await MadeAsync("2.1", new() { ["name"] = name });
        var whole = await demo.GetJsonAsync($"{Path}?limit=1");
        Assert.Equal(["a", "b", "c"], Listed(whole));
        Assert.Equal(["name", "public_key", "fingerprint"], Names(whole["keypairs"]![0]!["keypair"]!));
        var page = await demo.GetJsonAsync($"{Path}?limit=2", Version("2.35"));
        Assert.Equal(["a", "b"], Listed(page));
        var next = new Uri((string)page["keypairs_links"]![0]!["href"]!).PathAndQuery;
        Assert.Equal($"{Path}?limit=2&marker=b", next);
        Assert.Equal(["c"], Listed(await demo.GetJsonAsync(next, Version("2.35"))));
        using var unknown = await demo.GetAsync($"{Path}?marker=x", Version("2.35"));
        Assert.Equal((400, "Marker x could not be found."), await RefusalAsync(unknown));
        using var odd = await demo.GetAsync($"{Path}?colour=red", Version("2.75"));
        Assert.Equal((400, "Additional properties are not allowed ('colour' was unexpected)"), await RefusalAsync(odd));
    }

    [Fact]
    public async Task Only_administrators_touch_another_users_key_pairs_and_only_from_2_10_on()
    {
        await MadeAsync("2.1", new() { ["name"] = "mine" });
        using var forbidden = await demo.GetAsync($"{Path}?user_id={admin.UserId}", Version("2.10"));
        Assert.Equal((403, "Policy doesn't allow os_compute_api:os-keypairs:index to be performed."),
            await RefusalAsync(forbidden));
        using var planted = await demo.PostAsync(
            Path, $$$"""{"keypair":{"name":"x","user_id":"{{{admin.UserId}}}"}}""", Version("2.10"));
        Assert.Equal(403, (int)planted.StatusCode);
        Assert.Empty(Listed(await admin.GetJsonAsync($"{Path}?user_id={demo.UserId}", Version("2.9"))));
        Assert.Equal(["mine"], Listed(await admin.GetJsonAsync($"{Path}?user_id={demo.UserId}", Version("2.10"))));
        using var deleted = await admin.DeleteAsync($"{Path}/mine?user_id={demo.UserId}", Version("2.10"));
        Assert.Equal(204, (int)deleted.StatusCode);
        await AssertNoneAsync();
    }

    private async Task AssertNoneAsync() => Assert.Empty(Listed(await demo.GetJsonAsync(Path)));

    private Task<HttpResponseMessage> PostAsync(string version, JsonObject keypair)
        => demo.PostAsync(Path, new JsonObject { ["keypair"] = keypair }.ToJsonString(), Version(version));

    private async Task<JsonNode> MadeAsync(string version, JsonObject keypair)
    {
        using var answer = await PostAsync(version, keypair);
        Assert.True(answer.IsSuccessStatusCode);
        return (await TestApp.JsonAsync(answer))["keypair"]!;
    }

    private static (string, string) Version(string version) => ("X-OpenStack-Nova-API-Version", version);

    private static IEnumerable<string> Names(JsonNode node) => node.AsObject().Select(pair => pair.Key);

    private static IEnumerable<string> Listed(JsonNode list)
        => list["keypairs"]!.AsArray().Select(item => (string)item!["keypair"]!["name"]!);

    private static async Task<(int, string)> RefusalAsync(HttpResponseMessage answer)
        => ((int)answer.StatusCode, (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!);
}
