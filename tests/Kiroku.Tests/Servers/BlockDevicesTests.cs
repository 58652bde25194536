using System.Text.Json.Nodes;

namespace Kiroku.Tests.Servers;

/// <summary>Block device mappings in creations, as captured from clients, and their effect.</summary>
public sealed class BlockDevicesTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string OneDisk =
        "This cloud has no block storage: a server has one disk, the root disk, which is made from its image.";
    private const string ToLocal = "Block Device Mapping is Invalid: Mapping image to local is not supported.";
    private const string Volume = "\"4c1a4b9e-0000-4000-8000-000000000000\"";
    private const string BareRoot = """ "uuid":"IMAGE","source_type":"image","destination_type":"local" """;

    private const string Root =
        """{"uuid":"IMAGE","boot_index":0,"source_type":"image","destination_type":"local","delete_on_termination":true}""";

    private const string Swap =
        """{"boot_index":-1,"source_type":"blank","destination_type":"local","guest_format":"swap","volume_size":64,"delete_on_termination":true}""";

    private const string Ephemeral =
        """{"boot_index":-1,"source_type":"blank","destination_type":"local","delete_on_termination":true,"volume_size":"1"}""";

    /// <summary>
    /// openstack 7.4 (openstacksdk 4.4) and 10.3 (4.20) both send this, at the newest version that the service has.
    /// </summary>
    private const string OpenstackClient = """
        {"server":{"max_count":1,"block_device_mapping_v2":[ROOT],"imageRef":"IMAGE","name":"vm1","networks":"auto","min_count":1,
        "flavorRef":"42"}}
        """;

    /// <summary>Horizon's arguments through novaclient, which puts its own mapping before others.</summary>
    private const string Novaclient = """
        {"server":{"name":"vm","imageRef":"IMAGE","flavorRef":"42","min_count":1,"max_count":1,"security_groups":[{"name":"default"}],
        "availability_zone":"nova","block_device_mapping_v2":[ROOT],"networks":"auto","OS-DCF:diskConfig":"AUTO","description":"vm"}}
        """;

    public static TheoryData<string, string> Taken => new()
    {
        { "2.96", OpenstackClient },
        { "2.90", OpenstackClient },
        { "2.67", Novaclient },
        { "2.1", Server($"[{Root}]") },
        { "2.1", Server("[]") },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":"0"}]""") },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":"00","delete_on_termination":"no"}]""") },
        { "2.1",
            Server("[{" + BareRoot
                + ""","boot_index":0,"device_name":"/dev/vda","device_type":"disk","disk_bus":"virtio"}]""") },
        { "2.1",
            Server("[{" + BareRoot + ""","boot_index":0,"image_id":"IMAGE","guest_format":"","no_device":false}]""") },
        { "2.67", Server("[{" + BareRoot + ""","boot_index":0,"volume_type":null}],"networks":"auto" """) },
    };

    public static TheoryData<string, string, string> Refused => new()
    {
        // What clients send for disks that do not exist here.
        { "2.96", OpenstackClient.Replace("ROOT", $"{Root},{Swap}", StringComparison.Ordinal), OneDisk },
        { "2.96", OpenstackClient.Replace("ROOT", $"{Root},{Ephemeral}", StringComparison.Ordinal), OneDisk },
        { "2.96",
            Imageless(
                """{"uuid":"IMAGE","boot_index":0,"source_type":"image","destination_type":"volume","volume_size":1}"""),
            OneDisk },
        { "2.67",
            Imageless(
                """{"uuid":"IMAGE","boot_index":"0","source_type":"image","destination_type":"volume","volume_type":"lvm"}"""),
            OneDisk },
        { "2.96",
            Imageless($$"""{"uuid":{{Volume}},"boot_index":"0","source_type":"volume","destination_type":"volume"}"""),
            OneDisk },
        { "2.96",
            Imageless($$"""{"uuid":{{Volume}},"boot_index":0,"source_type":"snapshot","destination_type":"volume"}"""),
            OneDisk },
        { "2.96", Imageless(Root), ToLocal },
        { "2.1", Server($$"""[{{Root}},{"source_type":"blank","destination_type":"volume","volume_size":1}]"""),
            OneDisk },
        { "2.1",
            Server($$"""[{"device_name":"vda","volume_id":{{Volume}},"delete_on_termination":"1"}]""",
                "block_device_mapping"), OneDisk },
        { "2.1", Server("""[{"virtual_name":"ephemeral0","device_name":"vdb"}]""", "block_device_mapping"), OneDisk },
        { "2.1", Server($$"""[{{Root}}],"block_device_mapping":[{"no_device":true}]"""),
            "Using different block_device_mapping syntaxes is not allowed in the same request." },

        // Not a mapping of the root disk; refused in Nova's words.
        { "2.1", """{"server":{"name":"vm","flavorRef":"42","block_device_mapping_v2":[ROOT]}}""", ToLocal },
        { "2.1", Server("[{" + BareRoot + "}]"), ToLocal },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":null}]"""), ToLocal },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":"-1"}]"""), ToLocal },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":1}]"""), ToLocal },
        { "2.1", Server("[{" + BareRoot + $$""","boot_index":"{{new string('9', 400)}}"}]"""), ToLocal },
        { "2.1", Server($"[{Root},{Root}]"),
            "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping "
                + "combination is not valid." },
        { "2.1", Server("[{}]"), "Block Device Mapping is Invalid: Missing device UUID." },
        { "2.1", Server("""[{"source_type":"image","destination_type":"local","boot_index":0}]"""),
            "Block Device Mapping is Invalid: Missing device UUID." },
        { "2.1", Server("""[{"uuid":"IMAGE","source_type":"blank"}]"""),
            "Block Device Mapping is Invalid: Invalid device UUID." },
        { "2.67", Server("[{" + BareRoot + ""","boot_index":0,"volume_type":"lvm"}],"networks":"auto" """),
            "Block Device Mapping is Invalid: Specifying a volume_type with destination_type=local is not supported." },

        // Nova accepts these without effect.
        { "2.1", Server($$"""[{"uuid":{{Volume}},"boot_index":0,"source_type":"image","destination_type":"local"}]"""),
            "Block Device Mapping is Invalid: The root disk is made from image IMAGE (imageRef) and cannot be made "
                + $"from {Volume.Trim('"')} as well." },
        { "2.1", Server("[{" + BareRoot + $$""","boot_index":0,"image_id":{{Volume}}}]"""), "cannot be made from" },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":0,"no_device":true}]"""), OneDisk },
        { "2.1", Server("""[{"uuid":"IMAGE"}]"""), OneDisk },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":0,"volume_size":1}]"""), Chosen("volume_size") },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":0,"device_name":"vdb"}]"""), Chosen("device_name") },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":0,"device_type":"cdrom"}]"""), Chosen("device_type") },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":0,"disk_bus":"scsi"}]"""), Chosen("disk_bus") },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":0,"guest_format":"ext4"}]"""), Chosen("guest_format") },
        { "2.1", Server("[{" + BareRoot + $$""","boot_index":0,"volume_id":{{Volume}}}]"""), Chosen("volume_id") },
        { "2.32", Server("[{" + BareRoot + ""","boot_index":0,"tag":"root"}]"""), Chosen("tag") },
        { "2.42", Server("[{" + BareRoot + ""","boot_index":0,"tag":"root"}],"networks":"auto" """), Chosen("tag") },

        // Nova's schema refuses these.
        { "2.33", Server("[{" + BareRoot + ""","boot_index":0,"tag":"root"}]"""),
            "Additional properties are not allowed ('tag' was unexpected)" },
        { "2.66", Server("[{" + BareRoot + ""","boot_index":0,"volume_type":"lvm"}],"networks":"auto" """),
            "('volume_type' was unexpected)" },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":"first"}]"""), "'first' does not match '^-?[0-9]+$'" },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":0.5}]"""),
            "0.5 is not of type 'integer', 'string', 'null'" },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":0,"volume_size":0}]"""), "0 is less than the minimum of 1" },
        { "2.1", Server("[{" + BareRoot + ""","boot_index":0,"disk_bus":null}]"""), "None is not of type 'string'" },
        { "2.1", Server("""[{"source_type":"file"}]"""),
            "'file' is not one of ['volume', 'image', 'snapshot', 'blank']" },
        { "2.1", Server("""[{"uuid":"a/b"}]"""), "'a/b' does not match '^[a-zA-Z0-9._-]*$'" },
        { "2.1", Server("""["IMAGE"]"""), "is not of type 'object'" },
        { "2.1", Server("""{"0":{}}"""), "is not of type 'array'" },
        { "2.1", Server("""[{"source_type":"image"}]""", "block_device_mapping"), "('source_type' was unexpected)" },
        { "2.1", Server("""[{"volume_id":"x"}]""", "block_device_mapping"), "'x' is not a 'uuid'" },
    };

    [Theory]
    [MemberData(nameof(Taken))]
    public async Task The_root_disk_may_be_mapped_to_its_image_and_the_server_is_as_without_it(
        string version, string body)
    {
        using var answer = await SendAsync(version, body);
        Assert.Equal(202, (int)answer.StatusCode);
        var server = Guid.Parse((string)(await TestApp.JsonAsync(answer))["server"]!["id"]!);
        await running.Cloud.UntilAsync(async () => (await running.Cloud.ServerAsync(server)).RunningAction is null);
        Assert.Equal(running.Cloud.Image, (await running.Cloud.ServerAsync(server)).ImageId);
        Assert.Equal(await RecordAsync(running.Server), await RecordAsync(server));
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Any_other_disk_is_refused_and_nothing_is_made(string version, string body, string message)
    {
        var before = await running.RowsAsync();
        using var answer = await SendAsync(version, body);
        var fault = (await TestApp.JsonAsync(answer)).AsObject().Single();
        Assert.Equal((400, "badRequest"), ((int)answer.StatusCode, fault.Key));
        Assert.Contains(message.Replace("IMAGE", running.Cloud.Image, StringComparison.Ordinal),
            (string)fault.Value!["message"]!, StringComparison.Ordinal);
        Assert.Equal(before, await running.RowsAsync());
    }

    private static string Server(string mappings, string key = "block_device_mapping_v2")
        => """{"server":{"name":"vm","imageRef":"IMAGE","flavorRef":"42","KEY":""".Replace(
            "KEY", key, StringComparison.Ordinal) + mappings + "}}";

    /// <summary>A creation with a disk that is not made from imageRef.</summary>
    private static string Imageless(string mapping)
        => """{"server":{"name":"vm","imageRef":"","flavorRef":"42","networks":"auto","block_device_mapping_v2":["""
            + mapping + "]}}";

    private static string Chosen(string key)
        => $"Block Device Mapping is Invalid: The {key} of a server's root disk cannot be chosen.";

    private Task<HttpResponseMessage> SendAsync(string version, string body) => running.Cloud.App.SendAsync(
        HttpMethod.Post, "/v2.1/servers", running.Cloud.Demo.Token, TestApp.Json(
            body.Replace("ROOT", Root, StringComparison.Ordinal).Replace(
                "IMAGE", running.Cloud.Image, StringComparison.Ordinal)),
        ("OpenStack-API-Version", $"compute {version}"));

    /// <summary>The actions of a server with their events and results.</summary>
    private async Task<string> RecordAsync(Guid server)
    {
        var path = $"/v2.1/servers/{server}/os-instance-actions";
        var actions = (await running.Cloud.Demo.GetJsonAsync(path))["instanceActions"]!.AsArray();
        var words = new List<string>();
        foreach (var action in actions)
        {
            var whole =
                (await running.Cloud.Demo.GetJsonAsync($"{path}/{(string)action!["request_id"]!}"))["instanceAction"]!;
            words.Add($"{whole["action"]} {string.Join(' ', whole["events"]!.AsArray().Select(Words))}");
        }
        return string.Join('\n', words);
    }

    private static string Words(JsonNode? happened) => $"{happened!["event"]}={happened["result"]}";
}
