using System.Text;

namespace Kiroku.Tests.Servers;

/// <summary>Bodies that are refused, with the status and a part of Nova's message. None may leave a trace.</summary>
public sealed class RefusedBodiesTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Name = "An invalid 'name' value was provided. The name must be: printable characters. Can not "
        + "start or end with whitespace.";
    private static readonly string Long = new('x', 256);
    private static readonly string Deep = string.Concat(Enumerable.Repeat("""{"rebuild":""", 300)) + "1"
        + new string('}', 300);

    public static TheoryData<string, int, string> Actions => new()
    {
        { "", 400, "Malformed request body" },
        { "nonsense", 400, "Malformed request body" },
        { "{", 400, "Malformed request body" },
        { "{}", 400, "Malformed request body" },
        { "[]", 400, "Malformed request body" },
        { """[{"os-stop":null},{"os-start":null}]""", 400, "Malformed request body" },
        { """[{"os-stop":null}]""", 404, "The resource could not be found." },
        { "7", 404, "The resource could not be found." },
        { "null", 404, "The resource could not be found." },
        { """{"os-stop":null,"os-start":null}""", 400, "Malformed request body" },
        { """{"trigger_crash_dump":null}""", 404, "The resource could not be found." },
        { """{"trigger_crash_dump":{}}""", 404, "The resource could not be found." },
        { """{"os-getMKSConsole":null}""", 400, "There is no such action: os-getMKSConsole" },
        { """{"OS-STOP":null}""", 400, "There is no such action: OS-STOP" },
        { """{"":null}""", 400, "There is no such action: " },
        { Deep, 400, "Malformed request body" },
        { """{"reboot":{"type":"\ud800"}}""", 400, "Malformed request body" },
        { """{"reboot":{"\udc00":1}}""", 400, "Malformed request body" },
        { """{"reboot":null}""", 400,
            "Invalid input for field/attribute reboot. Value: None. None is not of type 'object'" },
        { """{"reboot":"HARD"}""", 400,
            "Invalid input for field/attribute reboot. Value: HARD. 'HARD' is not of type 'object'" },
        { """{"reboot":[]}""", 400, "Invalid input for field/attribute reboot. Value: []. [] is not of type 'object'" },
        { """{"reboot":{}}""", 400,
            "Invalid input for field/attribute reboot. Value: {}. 'type' is a required property" },
        { """{"reboot":{"type":1}}""", 400,
            "Invalid input for field/attribute type. Value: 1. 1 is not of type 'string'" },
        { """{"reboot":{"type":"SOFTLY"}}""", 400, "Invalid input for field/attribute type. Value: SOFTLY. 'SOFTLY' is "
            + "not one of ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft']" },
        { """{"reboot":{"type":"HARD","now":true}}""", 400,
            "Additional properties are not allowed ('now' was unexpected)" },
        { """{"reboot":{"type":"HARD","type":3}}""", 400, "3 is not of type 'string'" },
        { """{"resize":{}}""", 400, "'flavorRef' is a required property" },
        { """{"resize":{"flavorRef":null}}""", 400,
            "Invalid input for field/attribute flavorRef. Value: None. None is not of type 'string', 'integer'" },
        { """{"resize":{"flavorRef":""}}""", 400,
            "Invalid input for field/attribute flavorRef. Value: . '' is too short" },
        { """{"resize":{"flavorRef":"77"}}""", 400, "Flavor 77 could not be found." },
        { """{"resize":{"flavorRef":-1e30}}""", 400, "-1e30 is not of type 'string', 'integer'" },
        { """{"resize":{"flavorRef":"42"}}""", 400, "When resizing, instances must change flavor!" },
        { """{"resize":{"flavorRef":42}}""", 400, "When resizing, instances must change flavor!" },
        { """{"resize":{"flavorRef":"84","OS-DCF:diskConfig":"auto"}}""", 400,
            "'auto' is not one of ['AUTO', 'MANUAL']" },
        { """{"rebuild":{}}""", 400, "'imageRef' is a required property" },
        { """{"rebuild":{"imageRef":"x"}}""", 400,
            "Invalid input for field/attribute imageRef. Value: x. 'x' is not a 'uuid'" },
        { """{"rebuild":{"imageRef":"IMAGE","name":""}}""", 400, "'' is too short" },
        { """{"rebuild":{"imageRef":"IMAGE","name":"LONG"}}""".Replace("LONG", Long, StringComparison.Ordinal), 400,
            "is too long" },
        { """{"rebuild":{"imageRef":"IMAGE","name":"a\nb"}}""", 400, Name },
        { """{"rebuild":{"imageRef":"IMAGE","name":"a\u0000b"}}""", 400, Name },
        { """{"rebuild":{"imageRef":"IMAGE","name":"a\u200fb"}}""", 400, Name },
        { """{"rebuild":{"imageRef":"IMAGE","name":"\ud83d\ude00"}}""", 400, Name },
        { """{"rebuild":{"imageRef":"IMAGE","name":" vm"}}""", 400, Name },
        { """{"rebuild":{"imageRef":"IMAGE","metadata":{"a":1}}}""", 400,
            "Invalid input for field/attribute a. Value: 1. 1 is not of type 'string'" },
        { """{"rebuild":{"imageRef":"IMAGE","metadata":{"é":"x"}}}""", 400,
            "'é' does not match any of the regexes: '^[a-zA-Z0-9-_:. ]{1,255}$'" },
        { """{"rebuild":{"imageRef":"IMAGE","description":"x"}}""", 400,
            "Additional properties are not allowed ('description' was unexpected)" },
        { """{"rebuild":{"imageRef":"IMAGE","accessIPv4":"1.2.3"}}""", 400, "'1.2.3' is not a 'ipv4'" },
        { """{"rebuild":{"imageRef":"4c1a4b9e-0000-4000-8000-000000000000"}}""", 400, "Cannot find image for rebuild" },
        { """{"changePassword":null}""", 400, "None is not of type 'object'" },
        { """{"changePassword":{}}""", 400, "'adminPass' is a required property" },
        { """{"changePassword":{"adminPass":7}}""", 400, "7 is not of type 'string'" },
        { """{"changePassword":{"adminPass":"x","user":"root"}}""", 400,
            "Additional properties are not allowed ('user' was unexpected)" },
        { """{"changePassword":{"adminPass":"x"}}""", 409, "QEMU guest agent is not enabled" },
        { """{"rebuild":{"imageRef":"IMAGE","personality":[{"path":"/etc/motd"}]}}""", 400,
            "Bad personality format: missing contents" },
        { """{"os-getConsoleOutput":null}""", 400, "None is not of type 'object'" },
        { """{"os-getConsoleOutput":{"length":"ten"}}""", 400,
            "Invalid input for field/attribute length. Value: ten. 'ten' does not match '^-?[0-9]+$'" },
        { """{"os-getConsoleOutput":{"length":-2}}""", 400, "-2 is less than the minimum of -1" },
        { """{"os-getConsoleOutput":{"length":1.5}}""", 400, "1.5 is not of type 'integer', 'string', 'null'" },
        { """{"os-getConsoleOutput":{"lines":1}}""", 400,
            "Additional properties are not allowed ('lines' was unexpected)" },
    };

    public static TheoryData<string, string, int, string> Creations => new()
    {
        { "2.1", "", 400, "None is not of type 'object'" },
        { "2.1", "[]", 400, "[] is not of type 'object'" },
        { "2.1", "{}", 400, "'server' is a required property" },
        { "2.1", """{"server":[]}""", 400,
            "Invalid input for field/attribute server. Value: []. [] is not of type 'object'" },
        { "2.1", """{"server":{"flavorRef":"42"}}""", 400, "'name' is a required property" },
        { "2.1", """{"server":{"name":"vm"}}""", 400, "'flavorRef' is a required property" },
        { "2.1", Server(""" "nam":1 """), 400, "Additional properties are not allowed ('nam' was unexpected)" },
        { "2.1", Server(""" "tags":[] """), 400, "Additional properties are not allowed ('tags' was unexpected)" },
        { "2.51", Server(""" "networks":"none","tags":[] """), 400,
            "Additional properties are not allowed ('tags' was unexpected)" },
        { "2.52", Server(""" "networks":"none","tags":["a,b"] """), 400, "'a,b' does not match '^[^,/]*$'" },
        { "2.37", Server(""" "min_count":1 """), 400, "'networks' is a required property" },
        { "2.37", Server(""" "networks":"some" """), 400, "'some' is not valid under any of the given schemas" },
        { "2.37", Server(""" "networks":[{"uuid":"x"}] """), 400, "is not valid under any of the given schemas" },
        { "2.1", Server(""" "networks":"none" """), 400, "'none' is not of type 'array'" },
        { "2.1", Server(""" "networks":[{"uuid":"5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a"}] """), 400,
            "Network 5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a could not be found." },
        { "2.1", Server(""" "networks":[{"port":"5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a"}] """), 400,
            "Port id 5f3e6f4b-6d2e-4f0e-8b4b-1f0c6f0e0c0a could not be found." },
        { "2.1", Server(""" "networks":[{}] """), 400, "Bad network format: missing 'uuid'" },
        { "2.1", Server(""" "key_name":"mine" """), 400, "Invalid key_name provided." },
        { "2.1", Server(""" "security_groups":[{"name":"web"}] """), 400,
            "Security group web not found for project PROJECT." },
        { "2.1", Server(""" "availability_zone":"mars" """), 400, "The requested availability zone is not available" },
        { "2.1", Server(""" "availability_zone":"nova:somewhere" """), 403,
            "Policy doesn't allow os_compute_api:servers:create:forced_host to be performed." },
        { "2.74", Server(""" "networks":"none","host":"somewhere" """), 403,
            "Policy doesn't allow compute:servers:create:requested_destination to be performed." },
        { "2.73", Server(""" "networks":"none","host":"somewhere" """), 400,
            "Additional properties are not allowed ('host' was unexpected)" },
        { "2.1", Server(""" "personality":[{"path":"/etc/motd"}] """), 400,
            "Bad personality format: missing contents" },
        { "2.57", Server(""" "networks":"none","personality":[] """), 400,
            "Additional properties are not allowed ('personality' was unexpected)" },
        { "2.90", Server(""" "networks":"none","hostname":"a.b" """), 400,
            "'a.b' does not match '^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$'" },
        { "2.90", Server(""" "networks":"none","hostname":"ab","max_count":2 """), 400,
            "Unable to allocate a single hostname to multiple instances" },
        { "2.1", Server(""" "user_data":"no base 64!" """), 400, "'no base 64!' is not a 'base64'" },
        { "2.1", Server($""" "user_data":"{new string('A', 65536)}" """), 400, "is too long" },
        { "2.1", Server(""" "config_drive":"perhaps" """), 400, "'perhaps' is not one of [True, 'True'," },
        { "2.1", Server(""" "block_device_mapping_v2":[{}] """), 400,
            "Block Device Mapping is Invalid: Missing device UUID." },
        { "2.1", Server(""" "min_count":0 """), 400, "0 is less than the minimum of 1" },
        { "2.1", Server(""" "min_count":"two" """), 400, "'two' does not match '^[0-9]*$'" },
        { "2.1", Server(""" "min_count":3,"max_count":2 """), 400, "min_count must be <= max_count" },
        { "2.1", Server(""" "max_count":101 """), 403,
            "Quota exceeded for instances: Requested 101, but already used 0 of 100 instances" },
        { "2.1", Server(""" "max_count":1e300 """), 400, "1e300 is not of type 'integer', 'string'" },
        { "2.1", """{"server":{"name":"vm","flavorRef":"42"}}""", 400, "Missing imageRef attribute" },
        { "2.1", """{"server":{"name":"vm","flavorRef":"42","imageRef":"x"}}""", 400,
            "Invalid input for field/attribute imageRef. Value: x. 'x' is not valid under any of the given schemas" },
        { "2.1", """{"server":{"name":"vm","flavorRef":"42","imageRef":"4c1a4b9e-0000-4000-8000-000000000000"}}""", 400,
            "Can not find requested image" },
        { "2.1", """{"server":{"name":"vm","flavorRef":"m1.none","imageRef":"IMAGE"}}""", 400,
            "Flavor m1.none could not be found." },
        { "2.1", """{"server":{"name":7,"flavorRef":"42","imageRef":"IMAGE"}}""", 400,
            "Invalid input for field/attribute name. Value: 7. 7 is not of type 'string'" },
        { "2.1", """{"server":{"name":"a\tb","flavorRef":"42","imageRef":"IMAGE"}}""", 400, Name },
        { "2.1", """{"server":{"name":"a\nb","flavorRef":"42","imageRef":"IMAGE"}}""", 400, Name },
        { "2.1", """{"server":{"name":"a\u0000b","flavorRef":"42","imageRef":"IMAGE"}}""", 400, Name },
        { "2.1", """{"server":{"name":"a\u200fb","flavorRef":"42","imageRef":"IMAGE"}}""", 400, Name },
        { "2.1", """{"server":{"name":"a\ud83d\ude00b","flavorRef":"42","imageRef":"IMAGE"}}""", 400, Name },
    };

    [Theory]
    [MemberData(nameof(Actions))]
    public Task A_wrong_body_of_an_action_is_refused(string body, int status, string message)
        => AssertRefusedAsync($"/v2.1/servers/{running.Server}/action", "2.1", Utf8(body), status, message);

    [Theory]
    [MemberData(nameof(Creations))]
    public Task A_wrong_body_of_a_creation_is_refused(string version, string body, int status, string message)
        => AssertRefusedAsync("/v2.1/servers", version, Utf8(body), status, message);

    [Theory]
    [InlineData("2.76", """{"unshelve":{"availability_zone":7}}""", 409,
        "Cannot 'unshelve' instance SERVER while it is in vm_state active")]
    [InlineData("2.77", """{"unshelve":{}}""", 400, "'availability_zone' is a required property")]
    [InlineData("2.77", """{"unshelve":{"availability_zone":null}}""", 400, "None is not of type 'string'")]
    [InlineData("2.77", """{"unshelve":"nova"}""", 400, "'nova' is not of type 'object', 'null'")]
    [InlineData("2.91", """{"unshelve":{}}""", 409, "Cannot 'unshelve' instance SERVER while it is in vm_state active")]
    [InlineData("2.91", """{"unshelve":{"zone":"nova"}}""", 400,
        "Additional properties are not allowed ('zone' was unexpected)")]
    [InlineData("2.91", """{"unshelve":{"host":"x"}}""", 403,
        "Policy doesn't allow os_compute_api:os-shelve:unshelve_to_host to be performed.")]
    [InlineData("2.54", """{"rebuild":{"imageRef":"IMAGE","key_name":"mine"}}""", 400, "Invalid key_name provided.")]
    [InlineData("2.57", """{"rebuild":{"imageRef":"IMAGE","user_data":"no base 64!"}}""", 400,
        "'no base 64!' is not a 'base64'")]
    [InlineData("2.63", """{"rebuild":{"imageRef":"IMAGE","trusted_image_certificates":["a"]}}""", 400,
        "This cloud does not have trusted_image_certificates.")]
    [InlineData("2.89", """{"rebuild":{"imageRef":"IMAGE","hostname":"vm"}}""", 400,
        "Additional properties are not allowed ('hostname' was unexpected)")]
    public Task An_actions_body_is_checked_by_its_versions_schema(
        string version, string body, int status, string message)
        => AssertRefusedAsync($"/v2.1/servers/{running.Server}/action", version, Utf8(body), status, message);

    [Theory]
    [InlineData("/v2.1/servers")]
    [InlineData("/v2.1/servers/SERVER/action")]
    public async Task Bytes_that_are_not_text_are_refused(string path)
        => await AssertRefusedAsync(path, "2.1", new ByteArrayContent([0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D]),
            400, "Malformed request body");

    [Theory]
    [InlineData("application/xml")]
    [InlineData("multipart/form-data")]
    public async Task Other_types_than_json_are_refused(string type)
    {
        var content = new StringContent("""{"os-stop":null}""", Encoding.UTF8);
        content.Headers.ContentType = new(type);
        await AssertRefusedAsync(
            $"/v2.1/servers/{running.Server}/action", "2.1", content, 415, "Unsupported Content-Type");
    }

    [Fact]
    public async Task Ten_megabytes_are_refused()
    {
        var before = await running.RowsAsync();
        using var answer = await running.Cloud.Demo.PostAsync("/v2.1/servers",
            """{"server":{"name":"LONG"}}""".Replace("LONG", new string('x', 10_000_000), StringComparison.Ordinal));
        Assert.Equal(413, (int)answer.StatusCode);
        Assert.StartsWith(
            "Request is too large.", (string)(await TestApp.JsonAsync(answer))["message"]!, StringComparison.Ordinal);
        Assert.Equal(before, await running.RowsAsync());
    }

    [Fact]
    public async Task Under_v2_unknown_keys_and_spaces_are_let_pass()
    {
        using var answer = await running.Cloud.Demo.PostAsync($"/v2/{running.Cloud.Demo.ProjectId}/servers",
            """{"server":{"name":" vm ","flavorRef":42,"imageRef":"IMAGE","nam":1,"description":"not yet"},"more":2}"""
                .Replace("IMAGE", running.Cloud.Image, StringComparison.Ordinal));
        Assert.Equal(202, (int)answer.StatusCode);
        var id = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
        await running.Cloud.UntilAsync(async () => (await running.Cloud.ServerAsync(id)).RunningAction is null);
        var server = await running.Cloud.ServerAsync(id);
        Assert.Equal(("vm", "vm"), (server.Name, server.Description));
    }

    private static StringContent Utf8(string json) => TestApp.Json(json);

    private static string Server(string more)
        => """{"server":{"name":"vm","flavorRef":"42","imageRef":"IMAGE",MORE}}""".Replace(
            "MORE", more.Trim(), StringComparison.Ordinal);

    private async Task AssertRefusedAsync(string path, string version, HttpContent content, int status, string message)
    {
        if (content is StringContent && content.Headers.ContentType?.MediaType == "application/json")
        {
            var text = await content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            content = Utf8(text.Replace("IMAGE", running.Cloud.Image, StringComparison.Ordinal));
        }
        var before = await running.RowsAsync();
        using var answer = await running.Cloud.App.SendAsync(
            HttpMethod.Post, path.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal),
            running.Cloud.Demo.Token, content, ("OpenStack-API-Version", $"compute {version}"));
        var fault = (await TestApp.JsonAsync(answer)).AsObject().Single();
        Assert.Equal((status, Kind(status)), ((int)answer.StatusCode, fault.Key));
        Assert.Equal(status, (int)fault.Value!["code"]!);
        var expected = message.Replace("SERVER", running.Server.ToString(), StringComparison.Ordinal).Replace(
            "PROJECT", running.Cloud.Demo.ProjectId, StringComparison.Ordinal);
        Assert.Contains(expected, (string)fault.Value["message"]!, StringComparison.Ordinal);
        Assert.Equal(before, await running.RowsAsync());
    }

    private static string Kind(int status) => status switch
    {
        400 => "badRequest",
        403 => "forbidden",
        404 => "itemNotFound",
        409 => "conflictingRequest",
        415 => "badMediaType",
        _ => "computeFault",
    };
}
