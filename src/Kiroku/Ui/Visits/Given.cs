using Microsoft.Extensions.Primitives;

namespace Kiroku.Ui.Visits;

/// <summary>
/// What a page is given that is both asked for and sent as a form: its query then, or the form, which was read when it
/// was checked. A form that comes with a GET is not read: that would hold a thread for as long as its bytes take.
/// </summary>
internal static class Given
{
    public static StringValues Of(HttpContext context, string name)
        => HttpMethods.IsPost(context.Request.Method) ? context.Request.Form[name] : context.Request.Query[name];
}
