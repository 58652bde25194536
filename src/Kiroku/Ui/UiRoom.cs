using System.Text.Encodings.Web;
using System.Text.Unicode;
using Kiroku.Ui.Actions;
using Kiroku.Ui.Actions.Lists;
using Kiroku.Ui.Door;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Operators;
using Kiroku.Ui.Servers;
using Kiroku.Ui.Sessions;
using Kiroku.Ui.SigningIn;
using Kiroku.Ui.SigningIn.Links;
using Kiroku.Ui.Subscriptions;
using Kiroku.Ui.Visits;
using Microsoft.AspNetCore.Antiforgery;

namespace Kiroku.Ui;

/// <summary>Puts the page together, <c>/ui</c>: a client of the API that lives in the service itself.</summary>
internal static class UiRoom
{
    public static void AddUi(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.Configure<AntiforgeryOptions>(options =>
        {
            options.Cookie.Name = "kiroku-form";
            // As the session's: without it, a page that a link of another site leads to would get a new one, with
            // which the forms of all other tabs do not fit any more.
            options.Cookie.SameSite = SameSiteMode.Lax;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.SuppressXFrameOptionsHeader = true;
        });
        // Silences what a stranger's cookie could fill the log with.
        services.AddLogging(logging => logging.AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Critical));
        // Japanese as it is, instead of eight bytes for each character.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddSingleton<ApiDoor>();
        services.AddSingleton<SessionCookies>();
        services.AddSingleton<IdentityDoor>();
        services.AddSingleton<SignInLinks>();
        services.AddScoped<Visit>();
        services.AddScoped<ApiClient>();
    }

    /// <summary>Comes right after a request's address is known: the page's own requests begin there.</summary>
    public static void UseApiDoor(this IApplicationBuilder app)
        => app.Use(app.ApplicationServices.GetRequiredService<ApiDoor>().Remember);

    public static void UseVisits(this IApplicationBuilder app)
    {
        app.UsePageCompression();
        app.UseMiddleware<VisitMiddleware>();
    }

    public static void MapUi(this IEndpointRouteBuilder app)
    {
        app.MapHome();
        app.MapAssets();
        app.MapSigningIn();
        app.MapSignInLinks();
        app.MapPreferences();
        app.MapActionPages();
        app.MapServerPages();
        app.MapActionsPages();
        app.MapOperatorPages();
        app.MapSubscriptionPages();
    }
}
