using Kiroku.Tests.Servers;
using Kiroku.Ui.Servers;

namespace Kiroku.Tests.Ui;

/// <summary>The page on which a server is created.</summary>
public sealed class CreatePageTests(RunningCloud running) : IClassFixture<RunningCloud>
{
    private const string Path = "/ui/servers/create";

    private Cloud Cloud => running.Cloud;

    [Fact]
    public async Task It_creates_what_was_asked_for_and_leads_to_its_timeline()
    {
        const string name = "<script>alert(1)</script> مرحبا";
        using var key = await Cloud.Demo.PostAsync("/v2.1/os-keypairs", """{"keypair":{"name":"mine"}}""");
        Assert.Equal(200, (int)key.StatusCode);
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(Path);
        Assert.Contains("mine", page.Find("select[name=key]").TextContent, StringComparison.Ordinal);
        var answer = await client.SubmitAsync(page, Path, ("name", name), ("image", Cloud.Image),
            ("flavor", Cloud.Small), ("key", "mine"), ("user_data", "#!/bin/sh\r\necho ☃\r\n"));
        Assert.Equal(303, answer.Status);
        var timeline = await client.GetAsync(answer.Location!);
        Assert.Equal(("Create", name), (timeline.Find("h1").TextContent, timeline.Find(".crumbs bdi").TextContent));
        var server = await Cloud.ServerAsync(Guid.Parse(answer.Location!.Split('/')[3]));
        Assert.Equal(("mine", "#!/bin/sh\necho ☃\n"), (server.Labels.Key?.Name,
            System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(server.Labels.UserData!))));
        await Cloud.EndedAsync(server.Id, answer.Location!.Split('/')[^1]);
    }

    [Fact]
    public async Task What_is_refused_is_said_and_no_field_is_lost()
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(Path);
        var before = (await Cloud.ServersAsync()).Count;
        var fox = string.Concat(Enumerable.Repeat("🦊", 255));
        var longData = "\n#" + new string('x', CreateForm.MostUserData);
        foreach (var (name, flavor, image, data, status) in new[]
        {
            (fox, Cloud.Small, Cloud.Image, "#cloud-config", 400),
            ("turned\u202earound", Cloud.Small, Cloud.Image, "#cloud-config", 400),
            ("vm", Cloud.Small, Cloud.Image, longData, 400),
            ("vm", Cloud.Small, Cloud.Image, new string('y', 200_000), 400),
            ("vm", "none", Cloud.Image, "#cloud-config", 400),
            ("vm", "", Cloud.Image, "#cloud-config", 400),
            ("vm", Cloud.Small, "", "#cloud-config", 400),
            ("vm", Cloud.Small, $"{Guid.NewGuid()}", "#cloud-config", 400),
            ("", Cloud.Small, Cloud.Image, "#cloud-config", 400),
        })
        {
            var answer = await client.SubmitAsync(page, Path, ("name", name), ("image", image), ("flavor", flavor),
                ("network", "none"), ("user_data", data));
            Assert.True(answer.Status == status, $"{name} {flavor} {image} was answered {answer.Status}");
            Assert.InRange(answer.Find("#problem").TextContent.Length, 1, 4000);
            Assert.Equal((name, data), (answer.Find("input[name=name]").GetAttribute("value"),
                ((AngleSharp.Html.Dom.IHtmlTextAreaElement)answer.Find("textarea")).Value));
            Assert.Equal("none", answer.Find("select[name=network] option[selected]").GetAttribute("value"));
            if (flavor == Cloud.Small)
                Assert.Equal(flavor, answer.Find("input[name=flavor][checked]").GetAttribute("value"));
            if (image == Cloud.Image)
                Assert.Equal(image, answer.Find("select[name=image] option[selected]").GetAttribute("value"));
        }
        Assert.Equal(before, (await Cloud.ServersAsync()).Count);
    }

    [Fact]
    public async Task A_form_that_is_sent_twice_at_once_creates_one_server()
    {
        using var client = await PageClient.SignInAsync(Cloud.App);
        var page = await client.GetAsync(Path);
        var answers = await Task.WhenAll(Submit("twice"), Submit("twice"));
        Assert.All(answers, answer => Assert.Equal(303, answer.Status));
        Assert.Equal(answers[0].Location, answers[1].Location);
        // Gone back and changed, it is another one.
        var changed = await Submit("changed");
        Assert.NotEqual(answers[0].Location, changed.Location);
        Assert.Single(await Cloud.ServersAsync(), server => server.Name == "twice");
        foreach (var parts in new[] { answers[0], changed }.Select(answer => answer.Location!.Split('/')))
            await Cloud.EndedAsync(Guid.Parse(parts[3]), parts[^1]);

        Task<ShownPage> Submit(string name) => client.SubmitAsync(
            page, Path, ("name", name), ("image", Cloud.Image), ("flavor", Cloud.Small));
    }

    [Fact]
    public async Task It_says_beforehand_what_the_quota_allows()
    {
        await using var cloud = await Cloud.StartAsync(
            ("Quotas:Instances", "2"), ("Quotas:Cores", "3"), ("Quotas:Ram", "200"));
        await cloud.CreateServerAsync();
        using var client = await PageClient.SignInAsync(cloud.App);
        var page = await client.GetAsync(Path);
        Assert.Contains("1 of 2", page.Find(".quotas").TextContent, StringComparison.Ordinal);
        Assert.Equal("the quota leaves 72 MiB of memory", page.Find(".pick[data-unfit] .pick-unfit").TextContent);
        Assert.All(page.Document.QuerySelectorAll(".pick[data-unfit] input"),
            input => Assert.True(input.HasAttribute("disabled")));
        // The API has the last word.
        var refused = await client.SubmitAsync(
            page, Path, ("name", "vm"), ("image", cloud.Image), ("flavor", Cloud.Large));
        Assert.Equal(403, refused.Status);
        Assert.Contains("Quota", refused.Find("#problem").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sentence_of_the_API_s_on_a_Japanese_page_is_marked_as_English_and_one_of_the_page_s_is_not()
    {
        await using var cloud = await Cloud.StartAsync(("Quotas:Instances", "1"));
        await cloud.CreateServerAsync();
        using var client = await PageClient.SignInAsync(cloud.App, language: "ja");
        var page = await client.GetAsync(Path);
        var nameless = await client.SubmitAsync(page, Path, ("image", cloud.Image), ("flavor", Cloud.Small));
        var tooMany = await client.SubmitAsync(
            page, Path, ("name", "vm"), ("image", cloud.Image), ("flavor", Cloud.Small));

        Assert.Equal((400, null), (nameless.Status, nameless.Find("#problem > span").GetAttribute("lang")));
        Assert.Equal((403, "en"), (tooMany.Status, tooMany.Find("#problem > span").GetAttribute("lang")));
    }
}
