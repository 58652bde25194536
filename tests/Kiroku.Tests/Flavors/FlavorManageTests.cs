using System.Text.Json.Nodes;

namespace Kiroku.Tests.Flavors;

public sealed class FlavorManageTests : IAsyncLifetime
{
    private const string Mine = """{"flavor":{"name":"mine","ram":256,"vcpus":"1","disk":3,"id":"9"}}""";
    private TestApp app = null!;
    private TestUser demo = null!;
    private TestUser admin = null!;

    public async ValueTask InitializeAsync()
    {
        app = await TestApp.StartAsync();
        (demo, admin) = (await app.SignInAsync(), await app.SignInAsync("admin"));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task A_flavor_is_made_described_and_deleted()
    {
        var made = await CreateAsync(
            """{"flavor":{"name":"big","ram":2048,"vcpus":2,"disk":"20","rxtx_factor":"0.5","description":"for much"}}""",
            "2.96");
        var id = (string)made["id"]!;
        Assert.True(Guid.TryParse(id, out _));
        Assert.Equal(("big", 2048, 2, 20, true),
            ((string)made["name"]!, (int)made["ram"]!, (int)made["vcpus"]!, (int)made["disk"]!,
                (bool)made["os-flavor-access:is_public"]!));
        Assert.Equal(("0.5", "for much", "{}"),
            (made["rxtx_factor"]!.ToJsonString(), (string)made["description"]!, made["extra_specs"]!.ToJsonString()));
        Assert.Equal(made.ToJsonString(), (await ShowAsync(demo, id, "2.96")).ToJsonString());
        using var changed = await admin.PutJsonAsync(
            $"/v2.1/flavors/{id}", """{"flavor":{"description":null}}""", Version("2.55"));
        Assert.Equal(200, (int)changed.StatusCode);
        Assert.Null((await ShowAsync(demo, id, "2.55"))["description"]);
        using var deleted = await admin.DeleteAsync($"/v2.1/flavors/{id}");
        Assert.Equal(202, (int)deleted.StatusCode);
        Assert.Equal("", await deleted.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(404, (int)(await admin.DeleteAsync($"/v2.1/flavors/{id}")).StatusCode);
    }

    [Fact]
    public async Task Each_microversion_takes_and_shows_its_keys()
    {
        Assert.EndsWith("Additional properties are not allowed ('description' was unexpected)",
            await RefusalAsync(
                admin.PostAsync(
                    "/v2.1/flavors", """{"flavor":{"name":"a","ram":1,"vcpus":1,"disk":0,"description":"x"}}"""), 400));
        Assert.False((await CreateAsync(Mine, "2.54")).AsObject().ContainsKey("description"));
        Assert.Equal(404,
            (int)(await admin.PutJsonAsync("/v2.1/flavors/9", """{"flavor":{"description":"x"}}""", Version("2.54")))
                .StatusCode);
        var old = await CreateAsync(
            """{"flavor":{"name":" spaced ","ram":1,"vcpus":1,"disk":0,"id":7,"unheard":"of"}}""",
            path: $"/v2/{admin.ProjectId}/flavors");
        Assert.Equal(("spaced", "7"), ((string)old["name"]!, (string)old["id"]!));
    }

    [Theory]
    [InlineData(
        """{"flavor":{"name":"mine","ram":1,"vcpus":1,"disk":1,"id":"10"}}""", "Flavor with name mine already exists.")]
    [InlineData(
        """{"flavor":{"name":"other","ram":1,"vcpus":1,"disk":1,"id":"9"}}""", "Flavor with ID 9 already exists.")]
    public async Task Names_and_ids_are_taken_once(string body, string message)
    {
        await CreateAsync(Mine);
        Assert.Equal(message, await RefusalAsync(admin.PostAsync("/v2.1/flavors", body), 409));
    }

    [Theory]
    [InlineData("{}", "'flavor' is a required property")]
    [InlineData("""{"flavor":{"ram":1,"vcpus":1,"disk":1}}""", "Invalid input for field/attribute flavor. Value: "
        + "{'ram': 1, 'vcpus': 1, 'disk': 1}. 'name' is a required property")]
    [InlineData("""{"flavor":{"name":"a","ram":0,"vcpus":1,"disk":1}}""",
        "Invalid input for field/attribute ram. Value: 0. 0 is less than the minimum of 1")]
    [InlineData("""{"flavor":{"name":"a","ram":1,"vcpus":2147483648,"disk":1}}""", "Invalid input for field/attribute "
        + "vcpus. Value: 2147483648. 2147483648 is greater than the maximum of 2147483647")]
    [InlineData("""{"flavor":{"name":"a","ram":1,"vcpus":1,"disk":"-1"}}""",
        "Invalid input for field/attribute disk. Value: -1. '-1' does not match '^[0-9]+$'")]
    [InlineData("""{"flavor":{"name":"a","ram":1,"vcpus":1.5,"disk":1}}""",
        "Invalid input for field/attribute vcpus. Value: 1.5. 1.5 is not of type 'integer', 'string'")]
    [InlineData("""{"flavor":{"name":"a","ram":1,"vcpus":1,"disk":1,"id":" x"}}""",
        "Invalid input for field/attribute id. Value:  x. ' x' does not match '^(?! )[a-zA-Z0-9. _-]+(?<! )$'")]
    [InlineData("""{"flavor":{"name":"a","ram":1,"vcpus":1,"disk":1,"rxtx_factor":0}}""",
        "Invalid input for field/attribute rxtx_factor. Value: 0. 0 is less than or equal to the minimum of 0")]
    [InlineData("""{"flavor":{"name":"a","ram":1,"vcpus":1,"disk":1,"rxtx_factor":"0"}}""",
        "Invalid input received: 'rxtx_factor' argument must be a float between 0 and 3.40282e+38")]
    [InlineData("""{"flavor":{"name":"a\n","ram":1,"vcpus":1,"disk":1}}""", "An invalid 'name' value was provided. The "
        + "name must be: printable characters. Can not start or end with whitespace.")]
    [InlineData(
        """{"flavor":{"name":"a","ram":1,"vcpus":1,"disk":1,"swap":512}}""", "This cloud does not have swap disks.")]
    [InlineData("""{"flavor":{"name":"a","ram":1,"vcpus":1,"disk":1,"OS-FLV-EXT-DATA:ephemeral":1}}""",
        "This cloud does not have ephemeral disks.")]
    public async Task An_invalid_flavor_is_refused_and_not_made(string body, string message)
    {
        Assert.Equal(message, await RefusalAsync(admin.PostAsync("/v2.1/flavors", body), 400));
        Assert.Equal(5, (await admin.GetJsonAsync("/v2.1/flavors?is_public=none"))["flavors"]!.AsArray().Count);
    }

    [Fact]
    public async Task Names_of_odd_characters_are_refused_as_by_Nova()
    {
        foreach (var name in (string[])["\u202eevil", "a\0b", "😀", "", new string('n', 256)])
        {
            var body = new JsonObject
            {
                ["flavor"] = new JsonObject { ["name"] = name, ["ram"] = 1, ["vcpus"] = 1, ["disk"] = 1 },
            };
            Assert.Equal(400, (int)(await admin.PostAsync("/v2.1/flavors", body.ToJsonString())).StatusCode);
        }
    }

    [Fact]
    public async Task Only_administrators_make_and_change_flavors()
    {
        await CreateAsync(Mine);
        Assert.Equal("Policy doesn't allow os_compute_api:os-flavor-manage:create to be performed.",
            await RefusalAsync(demo.PostAsync("/v2.1/flavors", Mine), 403));
        Assert.Equal("Policy doesn't allow os_compute_api:os-flavor-manage:update to be performed.",
            await RefusalAsync(
                demo.PutJsonAsync("/v2.1/flavors/9", """{"flavor":{"description":"x"}}""", Version("2.55")), 403));
        Assert.Equal("Policy doesn't allow os_compute_api:os-flavor-manage:delete to be performed.",
            await RefusalAsync(demo.DeleteAsync("/v2.1/flavors/9"), 403));
        Assert.Equal(
            403, (int)(await demo.PostAsync("/v2.1/flavors/9/action", Access("add", demo.ProjectId))).StatusCode);
        Assert.Equal(403,
            (int)(await demo.PostAsync("/v2.1/flavors/9/os-extra_specs", """{"extra_specs":{"a":"b"}}""")).StatusCode);
        Assert.Equal(
            403, (int)(await demo.PutJsonAsync("/v2.1/flavors/9/os-extra_specs/a", """{"a":"b"}""")).StatusCode);
        Assert.Equal(403, (int)(await demo.DeleteAsync("/v2.1/flavors/9/os-extra_specs/a")).StatusCode);
    }

    [Fact]
    public async Task A_flavor_that_is_not_public_is_available_to_chosen_projects()
    {
        await CreateAsync(
            """{"flavor":{"name":"ours","ram":1,"vcpus":1,"disk":1,"id":"9","os-flavor-access:is_public":false}}""");
        Assert.Equal(404, (int)(await demo.GetAsync("/v2.1/flavors/9")).StatusCode);
        Assert.Equal(404, (int)(await demo.GetAsync("/v2.1/flavors/9/os-extra_specs")).StatusCode);
        Assert.DoesNotContain("9", await IdsAsync(demo, "?is_public=None"));
        Assert.DoesNotContain("9", await IdsAsync(admin, ""));
        Assert.Contains("9", await IdsAsync(admin, "?is_public=None"));
        Assert.Equal(["9"], await IdsAsync(admin, "?is_public=False"));
        Assert.Equal("Invalid is_public filter [maybe]",
            await RefusalAsync(admin.GetAsync("/v2.1/flavors?is_public=maybe"), 400));

        using var added = await admin.PostAsync("/v2.1/flavors/9/action", Access("add", demo.ProjectId));
        Assert.Equal($$"""{"flavor_access":[{"flavor_id":"9","tenant_id":"{{demo.ProjectId}}"}]}""",
            (await TestApp.JsonAsync(added)).ToJsonString());
        Assert.Contains("9", await IdsAsync(demo, ""));
        Assert.Equal(200, (int)(await demo.GetAsync("/v2.1/flavors/9")).StatusCode);
        Assert.Equal($"Flavor access already exists for flavor 9 and project {demo.ProjectId} combination.",
            await RefusalAsync(admin.PostAsync("/v2.1/flavors/9/action", Access("add", demo.ProjectId)), 409));
        Assert.Single((await admin.GetJsonAsync("/v2.1/flavors/9/os-flavor-access"))["flavor_access"]!.AsArray());

        using var removed = await admin.PostAsync("/v2.1/flavors/9/action", Access("remove", demo.ProjectId));
        Assert.Equal("""{"flavor_access":[]}""", (await TestApp.JsonAsync(removed)).ToJsonString());
        Assert.Equal(404, (int)(await demo.GetAsync("/v2.1/flavors/9")).StatusCode);
        Assert.Equal($"Flavor access not found for 9 / {demo.ProjectId} combination.",
            await RefusalAsync(admin.PostAsync("/v2.1/flavors/9/action", Access("remove", demo.ProjectId)), 404));
    }

    [Fact]
    public async Task Invalid_access_is_refused()
    {
        Assert.Equal("Access list not available for public flavors.",
            await RefusalAsync(admin.GetAsync("/v2.1/flavors/42/os-flavor-access"), 404));
        Assert.Equal("Can not add access to a public flavor.",
            await RefusalAsync(
                admin.PostAsync("/v2.1/flavors/42/action", Access("add", demo.ProjectId), Version("2.7")), 409));
        Assert.Equal(200,
            (int)(await admin.PostAsync("/v2.1/flavors/42/action", Access("add", demo.ProjectId), Version("2.6")))
                .StatusCode);
        Assert.Equal("Project ID nope is not a valid project.",
            await RefusalAsync(admin.PostAsync("/v2.1/flavors/42/action", Access("add", "nope")), 400));
        Assert.Equal("Flavor nope could not be found.",
            await RefusalAsync(admin.PostAsync("/v2.1/flavors/nope/action", Access("add", demo.ProjectId)), 404));
        Assert.Equal("There is no such action: paint",
            await RefusalAsync(admin.PostAsync("/v2.1/flavors/42/action", """{"paint":null}"""), 400));
        foreach (var body in (string[])["", "[]", "{}", """{"addTenantAccess":null}""", """{"addTenantAccess":{}}""",
            """{"addTenantAccess":{"tenant":""}}""", """{"addTenantAccess":{"tenant":7}}"""])
            Assert.Equal(400, (int)(await admin.PostAsync("/v2.1/flavors/42/action", body)).StatusCode);
    }

    [Fact]
    public async Task Extra_specs_are_put_shown_and_taken_one_by_one()
    {
        using var put = await admin.PostAsync(
            "/v2.1/flavors/42/os-extra_specs", """{"extra_specs":{"hw:cpu_policy":"shared","count":3}}""");
        Assert.Equal(
            """{"extra_specs":{"hw:cpu_policy":"shared","count":3}}""", (await TestApp.JsonAsync(put)).ToJsonString());
        Assert.Equal("""{"extra_specs":{"count":"3","hw:cpu_policy":"shared"}}""",
            (await demo.GetJsonAsync("/v2.1/flavors/42/os-extra_specs")).ToJsonString());
        Assert.Equal("""{"count":"3","hw:cpu_policy":"shared"}""",
            (await ShowAsync(demo, "42", "2.61"))["extra_specs"]!.ToJsonString());
        Assert.Equal(200,
            (int)(await admin.PutJsonAsync("/v2.1/flavors/42/os-extra_specs/count", """{"count":"4"}""")).StatusCode);
        Assert.Equal(
            """{"count":"4"}""", (await demo.GetJsonAsync("/v2.1/flavors/42/os-extra_specs/count")).ToJsonString());
        Assert.Equal(200, (int)(await admin.DeleteAsync("/v2.1/flavors/42/os-extra_specs/count")).StatusCode);
        Assert.Equal("Flavor 42 has no extra specs with key count.",
            await RefusalAsync(admin.DeleteAsync("/v2.1/flavors/42/os-extra_specs/count"), 404));
        Assert.Equal("Flavor 42 has no extra specs with key count.",
            await RefusalAsync(demo.GetAsync("/v2.1/flavors/42/os-extra_specs/count"), 404));
        Assert.Equal("Flavor nope could not be found.",
            await RefusalAsync(admin.PostAsync("/v2.1/flavors/nope/os-extra_specs", """{"extra_specs":{}}"""), 404));
        Assert.Equal("Request body and URI mismatch",
            await RefusalAsync(admin.PutJsonAsync("/v2.1/flavors/42/os-extra_specs/a", """{"b":"c"}"""), 400));
    }

    [Theory]
    [InlineData("hw:bogus", "1", "Validation failed; extra spec 'hw:bogus' does not appear to be a valid extra spec.")]
    [InlineData("trait1:a", "a", "Validation failed; extra spec 'trait1:a' does not appear to be a valid extra spec.")]
    [InlineData("hw:cpu_policy", "a", "Validation failed; 'a' is not one of: dedicated, shared, mixed.")]
    [InlineData("hw:boot_menu", "a", "Validation failed; 'a' is not a valid boolean-like value.")]
    [InlineData("quota:cpu_shares", "a", "Validation failed; 'a' is not a valid integer value.")]
    [InlineData("quota:cpu_shares", "-1", "Validation failed; '-1' is less than the min value of '0'.")]
    [InlineData("hw:redirected_usb_ports", "16",
        "Validation failed; '16' is greater than the max value of '15'.")]
    [InlineData("pci_passthrough:alias", "a",
        @"Validation failed; 'a' is not of the format '[^:]+:\d+(?:\s*,\s*[^:]+:\d+)*'.")]
    public async Task An_extra_spec_must_make_sense_from_2_86_on(string name, string value, string message)
    {
        const string Path = "/v2.1/flavors/42/os-extra_specs";
        var spec = new JsonObject { [name] = value }.ToJsonString();
        var body = $$"""{"extra_specs":{{spec}}}""";
        using var refused = await admin.PostAsync(Path, body, Version("2.86"));
        Assert.Equal((400, message),
            ((int)refused.StatusCode, (string)(await TestApp.JsonAsync(refused))["badRequest"]!["message"]!));
        using var free = await admin.PostAsync(Path, body, Version("2.85"));
        Assert.Equal(200, (int)free.StatusCode);
    }

    [Theory]
    [InlineData("hw:numa_mem.1", "2")]
    [InlineData("resources1:CUSTOM_GOLD", "1")]
    [InlineData("resources:VCPU", "0")]
    [InlineData("trait:HW_CPU_X86_AVX", "required")]
    [InlineData("capabilities:cpu_info:arch", "x")]
    [InlineData("hide_hypervisor_id", "yes")]
    [InlineData("other:a", "b")]
    [InlineData("a", "b")]
    public async Task An_extra_spec_that_Nova_knows_or_has_no_namespace_for_is_taken(string name, string value)
    {
        var spec = new JsonObject { [name] = value }.ToJsonString();
        using var put = await admin.PostAsync(
            "/v2.1/flavors/42/os-extra_specs", $$"""{"extra_specs":{{spec}}}""", Version("2.86"));
        Assert.Equal(200, (int)put.StatusCode);
    }

    [Theory]
    [InlineData("POST", "", "{}")]
    [InlineData("POST", "", """{"extra_specs":{"a/b":"c"}}""")]
    [InlineData("POST", "", """{"extra_specs":{"a":true}}""")]
    [InlineData("POST", "", """{"extra_specs":{"":"a"}}""")]
    [InlineData("POST", "", """{"extra_specs":{"a":"b"},"more":1}""")]
    [InlineData("PUT", "/a", "{}")]
    [InlineData("PUT", "/a", """{"a":"b","c":"d"}""")]
    [InlineData("PUT", "/a", """{"a":null}""")]
    public async Task Invalid_extra_specs_are_400(string method, string key, string body)
    {
        using var answer = await app.SendAsync(
            new HttpMethod(method), $"/v2.1/flavors/42/os-extra_specs{key}", admin.Token, TestApp.Json(body));
        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal(
            """{"extra_specs":{}}""", (await demo.GetJsonAsync("/v2.1/flavors/42/os-extra_specs")).ToJsonString());
    }

    private async Task<JsonNode> CreateAsync(string body, string version = "2.1", string path = "/v2.1/flavors")
    {
        using var answer = await admin.PostAsync(path, body, Version(version));
        Assert.Equal(200, (int)answer.StatusCode);
        return (await TestApp.JsonAsync(answer))["flavor"]!;
    }

    private static async Task<JsonNode> ShowAsync(TestUser user, string id, string version)
        => (await user.GetJsonAsync($"/v2.1/flavors/{id}", Version(version)))["flavor"]!;

    private static async Task<IEnumerable<string>> IdsAsync(TestUser user, string query)
        => (await user.GetJsonAsync($"/v2.1/flavors{query}"))["flavors"]!.AsArray().Select(
            flavor => (string)flavor!["id"]!);

    private static (string, string) Version(string version) => ("X-OpenStack-Nova-API-Version", version);

    private static string Access(string word, string project)
        => $$$"""{"{{{word}}}TenantAccess":{"tenant":"{{{project}}}"}}""";

    private static async Task<string> RefusalAsync(Task<HttpResponseMessage> sent, int status)
    {
        using var answer = await sent;
        Assert.Equal(status, (int)answer.StatusCode);
        return (string)(await TestApp.JsonAsync(answer)).AsObject().Single().Value!["message"]!;
    }
}
