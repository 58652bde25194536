using Kiroku.Servers.Machines;
using Kiroku.Tests.ConfigDrives;

namespace Kiroku.Tests.Servers;

/// <summary>Files that a request below 2.57 gives the guest, on its config drive.</summary>
public sealed class PersonalityTests
{
    private const string Two =
        """[{"path":"/etc/banner.txt","contents":"aGVsbG8="},{"path":"/root/ü","contents":""}]""";

    [Fact]
    public async Task The_files_are_on_the_config_drive_and_a_rebuild_has_those_of_its_own_request()
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await CreateAsync(cloud, Two);

        using (var drive = await DriveAsync(cloud, server))
        {
            Assert.Equal("""[{"path":"/etc/banner.txt","content_path":"/content/0000"},{"path":"/root/ü","content_path":"/content/0001"}]""",
                drive.Json("openstack/latest/meta_data.json")["files"]!.ToJsonString(TestApp.Plain));
            Assert.Equal(("hello", ""), (drive.Text("openstack/content/0000"), drive.Text("openstack/content/0001")));
            Assert.NotNull(drive.Json("openstack/2012-08-10/meta_data.json")["files"]);
        }

        await cloud.DoAsync(server,
            $$$"""{"rebuild":{"imageRef":"{{{cloud.Image}}}","personality":[{"path":"/x","contents":"eA=="}]}}""");
        using (var drive = await DriveAsync(cloud, server))
        {
            Assert.Equal("x", drive.Text("openstack/content/0000"));
            Assert.DoesNotContain("openstack/content/0001", drive.Paths);
        }

        await cloud.DoAsync(server, $$$"""{"rebuild":{"imageRef":"{{{cloud.Image}}}"}}""");
        using (var drive = await DriveAsync(cloud, server))
        {
            Assert.DoesNotContain(drive.Paths, path => path.Contains("content", StringComparison.Ordinal));
            Assert.Null(drive.Json("openstack/latest/meta_data.json")["files"]);
        }
    }

    [Theory]
    [InlineData("""[{"path":"/x"}]""", 400, "Bad personality format: missing contents")]
    [InlineData("""[{"contents":"eA=="}]""", 400, "Bad personality format: missing path")]
    [InlineData("""[{"path":"/x","contents":"no base 64!"}]""", 400, "'no base 64!' is not a 'base64'")]
    [InlineData("""[{"path":"/x","contents":"eA==","mode":7}]""", 400, "('mode' was unexpected)")]
    [InlineData("SIX", 403, "Personality file limit exceeded")]
    [InlineData("""[{"path":"LONG","contents":"eA=="}]""", 403, "Personality file path exceeds maximum 255")]
    [InlineData("""[{"path":"/x","contents":"LARGE"}]""", 403, "Personality file content exceeds maximum 10240")]
    public async Task Wrong_files_are_refused_at_creation_and_at_rebuild(string files, int status, string message)
    {
        await using var cloud = await Cloud.StartAsync();
        var server = await cloud.CreateServerAsync();
        files = files
            .Replace("SIX", $"[{string.Join(',', Enumerable.Repeat("""{"path":"/x","contents":"eA=="}""", 6))}]", StringComparison.Ordinal)
            .Replace("LONG", new string('x', 256), StringComparison.Ordinal)
            .Replace("LARGE", new string('A', 10_244), StringComparison.Ordinal);
        foreach (var (path, body) in new[]
        {
            ("/v2.1/servers", Creation(cloud, files)),
            ($"/v2.1/servers/{server}/action",
                $$$"""{"rebuild":{"imageRef":"{{{cloud.Image}}}","personality":{{{files}}}}}"""),
        })
        {
            var (answered, fault) = await cloud.Demo.AskAsync("POST", path, body);
            Assert.Equal(status, answered);
            Assert.Contains(message, (string)fault!.AsObject().Single().Value!["message"]!, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Without_a_config_drive_there_is_no_way_to_give_files()
    {
        await using var cloud = await Cloud.StartAsync(("Servers:ForceConfigDrive", "false"));
        var (status, fault) = await cloud.Demo.AskAsync("POST", "/v2.1/servers", Creation(cloud, Two));
        Assert.Equal((400, "Files of a personality reach the guest by its config drive alone: ask for one."),
            (status, (string)fault!["badRequest"]!["message"]!));
        await CreateAsync(cloud, Two, ""","config_drive":true""");
    }

    [Fact]
    public async Task The_limits_are_shown_as_by_nova()
    {
        await using var cloud = await Cloud.StartAsync();
        var limits = (await cloud.Demo.GetJsonAsync("/v2.1/limits"))["limits"]!["absolute"]!;
        Assert.Equal((5, 10240), ((int)limits["maxPersonality"]!, (int)limits["maxPersonalitySize"]!));
        var set = (await cloud.Demo.GetJsonAsync($"/v2.1/os-quota-sets/{cloud.Demo.ProjectId}"))["quota_set"]!;
        Assert.Equal((5, 10240, 255), ((int)set["injected_files"]!, (int)set["injected_file_content_bytes"]!,
            (int)set["injected_file_path_bytes"]!));
    }

    [Fact]
    public async Task A_rebuild_with_too_much_metadata_is_refused_as_a_creation_is()
    {
        await using var cloud = await Cloud.StartAsync(("Quotas:MetadataItems", "1"));
        var server = await cloud.CreateServerAsync();
        var (status, fault) = await cloud.Demo.AskAsync("POST", $"/v2.1/servers/{server}/action",
            $$$$"""{"rebuild":{"imageRef":"{{{{cloud.Image}}}}","metadata":{"a":"1","b":"2"}}}""");
        Assert.Equal((403, "Maximum number of metadata items exceeds 1"),
            (status, (string)fault!["forbidden"]!["message"]!));
    }

    private static string Creation(Cloud cloud, string files, string more = "")
        => $$$"""{"server":{"name":"vm","flavorRef":"42","imageRef":"{{{cloud.Image}}}","personality":{{{files}}}{{{more}}}}}""";

    private static async Task<Guid> CreateAsync(Cloud cloud, string files, string more = "")
    {
        var (status, made) = await cloud.Demo.AskAsync("POST", "/v2.1/servers", Creation(cloud, files, more));
        Assert.Equal(202, status);
        var server = Guid.Parse((string)made!["server"]!["id"]!);
        await cloud.UntilAsync(async () => (await cloud.ServerAsync(server)).RunningAction is null);
        return server;
    }

    private static async Task<Unpacked> DriveAsync(Cloud cloud, Guid server)
    {
        var generation = (await cloud.ServerAsync(server)).ConfigGeneration!.Value;
        return await Unpacked.OfAsync(cloud.Host.Volumes[Disks.ConfigOf(server, generation)].Written!);
    }
}
