using System.Text.Json;
using Kiroku.Api;
using Kiroku.Identity.Accounts;
using Kiroku.Identity.Tokens;
using Kiroku.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using static Kiroku.Identity.Api.IdentityBody;

namespace Kiroku.Identity.Api;

/// <summary>Projects: keystone/api/projects.py.</summary>
internal static class ProjectsApi
{
    private static readonly string[] Known =
        ["id", "name", "domain_id", "enabled", "parent_id", "is_domain", "description", "tags", "options", "links",
            "extra"];

    private static readonly Schema Body = new Schema
    {
        Types = ["object"],
        Open = true,
        Required = ["name"],
        Properties = new OrderedDictionary<string, Schema>
        {
            ["description"] = Text,
            ["domain_id"] = IdOrNull,
            ["enabled"] = IdentityBody.Boolean,
            ["is_domain"] = IdentityBody.Boolean,
            ["parent_id"] = IdOrNull,
            ["name"] = Name with { MaxLength = 64 },
            ["options"] = Options,
            ["tags"] = Schema.ArrayOf(
                Parameters.Text with { MinLength = 1, MaxLength = 255, Pattern = "^[^,/]*$" }) with
            {
                MaxItems = 80,
            },
        },
    };

    public static void MapProjects(this IEndpointRouteBuilder app)
    {
        app.MapGet("/identity/v3/projects", List);
        app.MapPost("/identity/v3/projects", Create);
        app.MapGet("/identity/v3/projects/{id}", Show);
        app.MapPatch("/identity/v3/projects/{id}", Update);
        app.MapDelete("/identity/v3/projects/{id}", Delete);
    }

    private static async Task<JsonResponse> List(
        HttpContext context, ProjectStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.ListProjects);
        var filter = new ListFilter(context.Request);
        var found = await store.ListAsync(filter.Asked("name"), cancellationToken);
        return IdentityView.Many(
            context.Request, "projects", found.Where(project => Fits(filter, project)), IdentityView.Write);
    }

    private static async Task<JsonResponse> Show(
        string id, HttpContext context, ProjectStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.GetProject, own: SignIn.Of(context).Project?.Id == id);
        var project = await store.FindAsync(id, cancellationToken) ?? throw Refusal.NotFound("project", id);
        return IdentityView.One(context.Request, "project", project, IdentityView.Write);
    }

    private static async Task<JsonResponse> Create(
        HttpContext context, ProjectStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.CreateProject);
        var body = await ReadAsync(context.Request, "project", Body);
        if (TruthOf(body, "is_domain", false))
            throw Refusal.Forbidden("identity:create_domain");
        if (TextOf(body, "domain_id", null) is { } domain && domain != Domain.Id)
            throw Fault.BadRequest($"Could not find domain: {domain}.");
        var parent = TextOf(body, "parent_id", null);
        var fresh = new Project
        {
            Id = Guid.NewGuid().ToString("N"),
            Name = "",
            ValidAfter = time.UtcNow(),
            Description = "",
            ParentId = parent == Domain.Id ? null : parent,
        };
        var project = await store.AddAsync(Filled(fresh, body), cancellationToken);
        return IdentityView.One(context.Request, "project", project, IdentityView.Write, StatusCodes.Status201Created);
    }

    private static async Task<JsonResponse> Update(
        string id, HttpContext context, ProjectStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.UpdateProject);
        var body = await ReadChangeAsync(context.Request, "project", Body);
        var project = await store.ChangeAsync(id, before => Changed(before, body), cancellationToken);
        return IdentityView.One(context.Request, "project", project, IdentityView.Write);
    }

    private static async Task<NoContent> Delete(
        string id, HttpContext context, ProjectStore store, CancellationToken cancellationToken)
    {
        context.RequireIdentity(IdentityRules.DeleteProject);
        await store.DeleteAsync(id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static Project Changed(Project before, JsonElement body)
    {
        if (TextOf(body, "id", before.Id) != before.Id)
            throw Fault.BadRequest("Cannot change ID");
        if (TextOf(body, "domain_id", Domain.Id) != Domain.Id)
            throw Fault.BadRequest("Cannot change Domain ID");
        if (TextOf(body, "parent_id", before.ParentId ?? Domain.Id) != (before.ParentId ?? Domain.Id))
            throw Refusal.NotAllowed("Update of `parent_id` is not allowed.");
        if (TruthOf(body, "is_domain", false))
            throw Refusal.NotAllowed("Update of `is_domain` is not allowed.");
        // An immutable project may only be made mutable again.
        if (before.Immutable && ImmutableOf(body, true))
            throw Refusal.Immutable("update", "project", before.Id);
        return Filled(before, body);
    }

    private static Project Filled(Project before, JsonElement body) => before with
    {
        Name = TextOf(body, "name", before.Name)!.Trim(),
        Description = TextOf(body, "description", before.Description),
        Enabled = TruthOf(body, "enabled", before.Enabled),
        Tags = body.TryGetProperty("tags", out var tags) ? tags.GetRawText() : before.Tags,
        Immutable = ImmutableOf(body, before.Immutable),
        Extra = ExtraOf(body, before.Extra, Known),
    };

    private static bool Fits(ListFilter filter, Project project)
        => filter.Fits("name", project.Name)
            && filter.Fits("domain_id", Domain.Id)
            && filter.Fits("enabled", project.Enabled)
            && filter.Fits("is_domain", false)
            && filter.Fits("parent_id", project.ParentId ?? Domain.Id)
            && filter.FitsTags(JsonSerializer.Deserialize<string[]>(project.Tags)!);
}
