using System.Text.Json;
using Kiroku.Access;
using Kiroku.Api;
using Kiroku.Storage;

namespace Kiroku.Images;

/// <summary>
/// Shares an image with single projects (glance/api/v2/image_members.py). Its owner adds and removes members, and
/// each member accepts or rejects.
/// </summary>
internal static class ImageMembersApi
{
    private const string NotShared = "Only shared images have members.";

    public static void MapImageMembers(this IEndpointRouteBuilder app)
    {
        app.MapGet("/image/v2/images/{id}/members", List);
        app.MapPost("/image/v2/images/{id}/members", Add);
        app.MapGet("/image/v2/images/{id}/members/{memberId}", Show);
        app.MapPut("/image/v2/images/{id}/members/{memberId}", Update);
        app.MapDelete("/image/v2/images/{id}/members/{memberId}", Delete);
    }

    private static async Task<JsonResponse> List(
        string id, HttpContext context, ImageStore store, ImageMemberStore members, CancellationToken cancellationToken)
    {
        var image = await FindImageAsync(id, context, store, cancellationToken);
        if (image.Visibility != ImageVisibility.Shared)
            throw new Fault(403, $"Not allowed to list members for image {id}: {NotShared}");
        RequireInOwnProject(context, ImageRules.MembersList);
        var seen = Seen(image, await members.ListAsync(id, cancellationToken), context);
        return JsonResponse.Ok(json => WriteList(json, seen));
    }

    private static async Task<JsonResponse> Add(
        string id, HttpContext context, ImageStore store, ImageMemberStore members, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var memberId = MemberOf(await ImageBody.ReadAsync(context.Request));
        var image = await FindImageAsync(id, context, store, cancellationToken);
        if (image.Visibility != ImageVisibility.Shared || !Caller.Of(context).May(ImageRules.MemberAdd, image.Owner))
            throw new Fault(403, $"Not allowed to create members for image {id}.");
        var now = time.UtcNow();
        var member = new ImageMember
        {
            ImageId = id,
            MemberId = memberId,
            Status = MemberStatus.Pending,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var count = await members.AddAsync(member, ImageAttributes.MostOfAKind, cancellationToken)
            ?? throw Fault.Conflict($"Member {memberId} is duplicated for image {id}");
        ImageAttributes.RequireWithinLimit("members for this image", count);
        return JsonResponse.Ok(json => Write(json, member));
    }

    private static async Task<JsonResponse> Show(
        string id, string memberId, HttpContext context, ImageStore store, ImageMemberStore members,
        CancellationToken cancellationToken)
    {
        var image = await FindImageAsync(id, context, store, cancellationToken);
        if (image.Visibility != ImageVisibility.Shared)
            throw Fault.NotFound(NotShared);
        var member = await FindMemberAsync(image, memberId, context, members, cancellationToken);
        return JsonResponse.Ok(json => Write(json, member));
    }

    private static async Task<JsonResponse> Update(
        string id, string memberId, HttpContext context, ImageStore store, ImageMemberStore members, TimeProvider time,
        CancellationToken cancellationToken)
    {
        const string Form = """Expected a status in the form: {"status": "status"}""";
        var status = ImageBody.Text(await ImageBody.ReadAsync(context.Request), "status", Form)
            ?? throw Fault.BadRequest("Status not specified");
        var image = await FindImageAsync(id, context, store, cancellationToken);
        if (image.Visibility != ImageVisibility.Shared)
            throw new Fault(403, $"Not allowed to update members for image {id}.");
        var member = await FindMemberAsync(image, memberId, context, members, cancellationToken);
        // Only the member itself can accept or reject, not the image's owner.
        if (!Caller.Of(context).May(ImageRules.MemberModify, member.MemberId))
            throw new Fault(403, $"Not allowed to update members for image {id}.");
        if (status is not (MemberStatus.Pending or MemberStatus.Accepted or MemberStatus.Rejected))
            throw Fault.BadRequest("Incorrect request: Status must be \"pending\", \"accepted\" or \"rejected\".");
        member = member with { Status = status, UpdatedAt = time.UtcNow() };
        return await members.UpdateAsync(member, cancellationToken)
            ? JsonResponse.Ok(json => Write(json, member)) : throw NoMember(id, memberId);
    }

    private static async Task<IResult> Delete(
        string id, string memberId, HttpContext context, ImageStore store, ImageMemberStore members,
        CancellationToken cancellationToken)
    {
        var image = await FindImageAsync(id, context, store, cancellationToken);
        if (image.Visibility != ImageVisibility.Shared || !Caller.Of(context).May(ImageRules.MemberDelete, image.Owner))
            throw new Fault(403, $"Not allowed to delete members for image {id}.");
        await members.DeleteAsync(
            await FindMemberAsync(image, memberId, context, members, cancellationToken), cancellationToken);
        return TypedResults.NoContent();
    }

    private static string MemberOf(JsonElement body)
    {
        const string Form = """Expected a member in the form: {"member": "image_id"}""";
        var member = ImageBody.Text(body, "member", Form) ?? throw Fault.BadRequest("Member to be added not specified");
        return member.Length > 0 ? member : throw Fault.BadRequest("Member can't be empty");
    }

    private static async Task<Image> FindImageAsync(
        string id, HttpContext context, ImageStore store, CancellationToken cancellationToken)
        => await store.FindVisibleAsync(id, ImageViewer.Of(Caller.Of(context)), cancellationToken)
            ?? throw Fault.NotFound($"Image {id} not found.");

    private static async Task<ImageMember> FindMemberAsync(
        Image image, string memberId, HttpContext context, ImageMemberStore members,
        CancellationToken cancellationToken)
    {
        RequireInOwnProject(context, ImageRules.MemberShow);
        return Seen(image, await members.ListAsync(image.Id, cancellationToken), context)
            .FirstOrDefault(member => member.MemberId == memberId)
            ?? throw NoMember(image.Id, memberId);
    }

    /// <summary>A member sees only itself; the owner sees all members.</summary>
    private static List<ImageMember> Seen(Image image, IReadOnlyList<ImageMember> members, HttpContext context)
        => [.. members.Where(member =>
            Caller.Of(context) is var caller && (caller.MaySee(image.Owner) || member.MemberId == caller.ProjectId))];

    private static void RequireInOwnProject(HttpContext context, Rule rule)
    {
        var caller = Caller.Of(context);
        ImageAccess.Require(caller, rule, caller.ProjectId);
    }

    private static Fault NoMember(string id, string memberId)
        => Fault.NotFound($"{memberId} not found in the member list of the image {id}.");

    private static void WriteList(Utf8JsonWriter json, IReadOnlyList<ImageMember> members)
    {
        json.WriteStartObject();
        json.WriteStartArray("members");
        foreach (var member in members)
            Write(json, member);
        json.WriteEndArray();
        json.WriteString("schema", "/v2/schemas/members");
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, ImageMember member)
    {
        json.WriteStartObject();
        json.WriteString("member_id", member.MemberId);
        json.WriteString("image_id", member.ImageId);
        json.WriteString("status", member.Status);
        json.WriteString("created_at", Timestamps.FormatSeconds(member.CreatedAt));
        json.WriteString("updated_at", Timestamps.FormatSeconds(member.UpdatedAt));
        json.WriteString("schema", "/v2/schemas/member");
        json.WriteEndObject();
    }
}
