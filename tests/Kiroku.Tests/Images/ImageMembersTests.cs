namespace Kiroku.Tests.Images;

public sealed class ImageMembersTests : IAsyncLifetime
{
    private TestApp app = null!;
    private TestUser owner = null!;
    private TestUser member = null!;
    private TestUser stranger = null!;
    private string image = "";

    public async ValueTask InitializeAsync()
    {
        app = await TestApp.StartAsync();
        owner = await app.SignInAsync();
        member = await People.AddAsync(app, "member", "members", "member");
        stranger = await People.AddAsync(app, "stranger", "strangers", "member");
        using var made = await owner.PostAsync(
            "/image/v2/images", """{"name":"a","disk_format":"raw","container_format":"bare"}""");
        image = $"/image{(string)(await TestApp.JsonAsync(made))["self"]!}";
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task An_image_is_shared_accepted_listed_and_taken_back()
    {
        Assert.Equal(404, (int)(await member.GetAsync(image)).StatusCode);
        using var added = await owner.PostAsync($"{image}/members", $$"""{"member":"{{member.ProjectId}}"}""");
        Assert.Equal(200, (int)added.StatusCode);
        var shared = await TestApp.JsonAsync(added);
        Assert.Equal(["member_id", "image_id", "status", "created_at", "updated_at", "schema"],
            shared.AsObject().Select(pair => pair.Key));
        Assert.Equal("pending", (string)shared["status"]!);

        Assert.Equal(200, (int)(await member.GetAsync(image)).StatusCode);
        Assert.Empty(await NamesAsync(member, ""));
        Assert.Equal(["a"], await NamesAsync(member, "?member_status=pending"));
        Assert.Equal(200, (int)(await member.PutJsonAsync(Of(member), """{"status":"accepted"}""")).StatusCode);
        Assert.Equal(["a"], await NamesAsync(member, ""));
        Assert.Equal(["a"], await NamesAsync(member, "?visibility=shared&member_status=all"));
        Assert.Empty(await NamesAsync(member, "?member_status=rejected"));
        Assert.Equal(204, (int)(await member.GetAsync($"{image}/file")).StatusCode);
        Assert.Equal(403, (int)(await member.DeleteAsync(image)).StatusCode);

        Assert.Equal(204, (int)(await owner.DeleteAsync(Of(member))).StatusCode);
        Assert.Equal(404, (int)(await member.GetAsync(image)).StatusCode);
        Assert.Empty(await NamesAsync(member, ""));
    }

    [Fact]
    public async Task The_owner_sees_every_member_and_a_member_itself()
    {
        foreach (var user in (TestUser[])[member, stranger])
            (await owner.PostAsync($"{image}/members", $$"""{"member":"{{user.ProjectId}}"}""")).Dispose();
        Assert.Equal([member.ProjectId, stranger.ProjectId], await MembersAsync(owner));
        Assert.Equal([member.ProjectId], await MembersAsync(member));
        Assert.Equal(200, (int)(await member.GetAsync(Of(member))).StatusCode);
        Assert.Equal($"{stranger.ProjectId} not found in the member list of the image {image.Split('/')[^1]}.",
            await RefusalAsync(member.GetAsync(Of(stranger)), 404));
    }

    [Fact]
    public async Task Owner_and_member_may_each_do_only_their_own_part()
    {
        var id = image.Split('/')[^1];
        (await owner.PostAsync($"{image}/members", $$"""{"member":"{{member.ProjectId}}"}""")).Dispose();
        Assert.Equal($"Image {id} not found.", await RefusalAsync(stranger.GetAsync($"{image}/members"), 404));
        Assert.Equal($"Not allowed to create members for image {id}.",
            await RefusalAsync(member.PostAsync($"{image}/members", """{"member":"x"}"""), 403));
        Assert.Equal($"Not allowed to update members for image {id}.",
            await RefusalAsync(owner.PutJsonAsync(Of(member), """{"status":"accepted"}"""), 403));
        Assert.Equal(
            $"Not allowed to delete members for image {id}.", await RefusalAsync(member.DeleteAsync(Of(member)), 403));
        Assert.Equal($"Member {member.ProjectId} is duplicated for image {id}",
            await RefusalAsync(owner.PostAsync($"{image}/members", $$"""{"member":"{{member.ProjectId}}"}"""), 409));
        Assert.Equal(404, (int)(await owner.DeleteAsync($"{image}/members/x")).StatusCode);
    }

    [Fact]
    public async Task Only_shared_images_have_members()
    {
        using var made = await owner.PostAsync("/image/v2/images", """{"visibility":"private"}""");
        var own = $"/image{(string)(await TestApp.JsonAsync(made))["self"]!}";
        var id = own.Split('/')[^1];
        Assert.Equal($"Not allowed to list members for image {id}: Only shared images have members.",
            await RefusalAsync(owner.GetAsync($"{own}/members"), 403));
        Assert.Equal($"Not allowed to create members for image {id}.",
            await RefusalAsync(owner.PostAsync($"{own}/members", """{"member":"x"}"""), 403));
        Assert.Equal("Only shared images have members.", await RefusalAsync(owner.GetAsync($"{own}/members/x"), 404));
        Assert.Equal(403, (int)(await owner.PutJsonAsync($"{own}/members/x", """{"status":"accepted"}""")).StatusCode);
        Assert.Equal(403, (int)(await owner.DeleteAsync($"{own}/members/x")).StatusCode);
    }

    [Theory]
    [InlineData("", "Body expected in request.")]
    [InlineData("[]", """Expected a member in the form: {"member": "image_id"}""")]
    [InlineData("{}", "Member to be added not specified")]
    [InlineData("""{"member":""}""", "Member can't be empty")]
    [InlineData("""{"member":7}""", """Expected a member in the form: {"member": "image_id"}""")]
    public async Task An_invalid_member_is_400(string body, string message)
        => Assert.Equal(message, await RefusalAsync(owner.PostAsync($"{image}/members", body), 400));

    [Theory]
    [InlineData("[]", """Expected a status in the form: {"status": "status"}""")]
    [InlineData("{}", "Status not specified")]
    [InlineData(
        """{"status":"maybe"}""", "Incorrect request: Status must be \"pending\", \"accepted\" or \"rejected\".")]
    public async Task An_invalid_status_is_400(string body, string message)
    {
        (await owner.PostAsync($"{image}/members", $$"""{"member":"{{member.ProjectId}}"}""")).Dispose();
        Assert.Equal(message, await RefusalAsync(member.PutJsonAsync(Of(member), body), 400));
    }

    [Fact]
    public async Task The_number_of_members_is_limited_and_they_are_deleted_with_the_image()
    {
        for (var number = 0; number < 128; number++)
            Assert.Equal(
                200, (int)(await owner.PostAsync($"{image}/members", $$"""{"member":"{{number}}"}""")).StatusCode);
        Assert.Equal(413, (int)(await owner.PostAsync($"{image}/members", """{"member":"more"}""")).StatusCode);
        Assert.Equal(128, (await MembersAsync(owner)).Count());
        Assert.Equal(204, (int)(await owner.DeleteAsync(image)).StatusCode);
        Assert.Equal(404, (int)(await owner.GetAsync($"{image}/members")).StatusCode);
    }

    private string Of(TestUser user) => $"{image}/members/{user.ProjectId}";

    private static async Task<IEnumerable<string>> NamesAsync(TestUser user, string query)
        => (await user.GetJsonAsync($"/image/v2/images{query}"))["images"]!.AsArray().Select(
            image => (string)image!["name"]!);

    private async Task<IEnumerable<string>> MembersAsync(TestUser user)
        => (await user.GetJsonAsync($"{image}/members"))["members"]!.AsArray().Select(
            found => (string)found!["member_id"]!);

    private static async Task<string> RefusalAsync(Task<HttpResponseMessage> sent, int status)
    {
        using var answer = await sent;
        Assert.Equal(status, (int)answer.StatusCode);
        return ((string)(await TestApp.JsonAsync(answer))["message"]!).Split("<br")[0];
    }
}
